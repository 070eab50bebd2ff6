public import Plan

/// Takes back the tokens that a node joined with. Runs on the server, and finds them by their
/// description, so that no secret has to come here.
public struct RevokeJoinToken: Step {
    /// `k3s-join-token-revocation`.
    public static let kind = "k3s-join-token-revocation"

    /// The node that has joined.
    public var node: String

    /// Names the node.
    public init(node: String) {
        self.node = node
    }

    /// `revoke the join token of NODE`.
    public var title: String { "revoke the join token of \(node)" }

    /// A node that has joined needs its token no more.
    public var disruption: Disruption { .none }

    /// Satisfied where no such token is listed, and where there is no cluster yet.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard try await Kubectl(context).isReady() else {
            guard try await context.unit("k3s.service").exists else { return .satisfied }
            let description = JoinTokens.description(of: node)
            return .changes([
                .command(argv: JoinTokens.listing.argv, purpose: "revoke tokens \(description)")
            ])
        }
        let ids = try await JoinTokens(context).listed(for: node)
        guard !ids.isEmpty else { return .satisfied }
        return .changes(
            ids.map { .command(argv: ["k3s", "token", "delete", $0], purpose: "revoke a token") }
        )
    }

    /// Deletes them.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let tokens = JoinTokens(context)
        try await tokens.delete(try await tokens.listed(for: node))
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }
}
