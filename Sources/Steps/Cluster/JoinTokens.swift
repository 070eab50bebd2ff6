import Plan

/// The cluster's bootstrap tokens, told apart by their descriptions; the secrets stay out of sight.
struct JoinTokens: Sendable {
    private let context: StepContext

    init(_ context: StepContext) {
        self.context = context
    }

    /// What a node's tokens are called.
    static func description(of node: String) -> String {
        "join-\(node)"
    }

    /// K3s prints whole tokens here, secret parts included.
    static let listing = Command(["k3s", "token", "list", "-o", "json"], outputIsSecret: true)

    private struct Listed: Decodable {
        var token: String
        var description: String?
    }

    /// The ids of the tokens for a node. K3s prints an array, `null` where there is none.
    func listed(for node: String) async throws(StepFailure) -> [String] {
        let result = try await context.require(Self.listing)
        let tokens = try Kubectl(context).decode([Listed]?.self, from: result) ?? []
        return tokens.filter { $0.description == Self.description(of: node) }
            .map { String($0.token.prefix { $0 != "." }) }
    }

    /// Takes tokens back, by their ids.
    func delete(_ ids: [String]) async throws(StepFailure) {
        for id in ids {
            _ = try await context.require(Command(["k3s", "token", "delete", id]))
        }
    }
}
