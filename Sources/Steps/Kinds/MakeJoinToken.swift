public import Plan

/// Makes a token with which one machine may join, for some minutes. Runs on the server.
///
/// Gives the output `token`. Nothing is made where the cluster has the node already. K3s shows a
/// token only once, so a repetition withdraws the last one and makes another.
public struct MakeJoinToken: Step {
    /// `k3s-join-token`.
    public static let kind = "k3s-join-token"
    /// The name of the output.
    public static let tokenOutput = "token"

    /// The node that is to join.
    public var node: String
    /// Minutes until the token is worth nothing; long enough for every attempt to join.
    public var minutes: Int

    /// Describes the token.
    public init(node: String, minutes: Int) {
        self.node = node
        self.minutes = minutes
    }

    /// `make a join token for NODE`.
    public var title: String { "make a join token for \(node)" }

    /// Nothing that runs notices.
    public var disruption: Disruption { .none }

    /// Satisfied where the node is registered.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard try await Kubectl(context).node(node) == nil else { return .satisfied }
        let purpose = "make a token that \(node) may join with for \(minutes) minutes"
        return .changes([.command(argv: creation.argv, purpose: purpose)])
    }

    /// Makes the token, and sees that it is the only one for the node.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let tokens = JoinTokens(context)
        try await tokens.delete(try await tokens.listed(for: node))
        let result = try await context.run(creation)
        guard result.status == 0 else {
            throw StepFailure(
                result,
                of: creation,
                remedy: "See `journalctl -u k3s` on the server."
            )
        }
        let words = result.standardOutput.split(whereSeparator: \.isWhitespace)
        guard let token = words.last, token.hasPrefix("K10") else {
            throw StepFailure("`k3s token create` printed no token")
        }
        return [Self.tokenOutput: Secret(String(token))]
    }

    /// The token is listed.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        guard try await JoinTokens(context).listed(for: node).count == 1 else {
            throw StepFailure("the join token for \(node) is not among the cluster's tokens")
        }
    }

    private var creation: Command {
        Command(
            [
                "k3s", "token", "create", "--ttl", "\(minutes)m",
                "--description", JoinTokens.description(of: node),
            ],
            outputIsSecret: true
        )
    }
}
