public import Plan

/// Seals the cluster's server token, and the password of its agents, for a machine that is to be a
/// further server. Runs on the first one.
///
/// Takes the input `recipient`, the certificate that the machine has made; gives the outputs `token`
/// and `agent-token`, which only that machine opens. The coordinator passes them on and reads neither.
public struct SealServerToken: Step {
    /// `k3s-server-token`.
    public static let kind = "k3s-server-token"
    /// The name of the input.
    public static let recipientInput = "recipient"
    /// The name of the output with the server token.
    public static let tokenOutput = "token"
    /// The name of the output with the agents' password.
    public static let agentTokenOutput = "agent-token"

    /// The node that is to join.
    public var node: String

    /// Describes the token's way.
    public init(node: String) {
        self.node = node
    }

    /// `seal the server token for NODE`.
    public var title: String { "seal the server token for \(node)" }

    /// Nothing that runs notices.
    public var disruption: Disruption { .none }

    /// Satisfied where the node is registered.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard try await Kubectl(context).node(node) == nil else { return .satisfied }
        return .changes([
            .setting(name: "server token", before: "of this server", after: "sealed for \(node)")
        ])
    }

    /// Seals both.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        guard let recipient = context.inputs[Self.recipientInput] else {
            throw StepFailure(
                "\(node) has joined a cluster before, but this cluster has no such node",
                remedy:
                    "Remove K3s there first: /usr/local/bin/k3s-uninstall.sh. Then run the rollout "
                    + "again.",
                isPermanent: true
            )
        }
        let certificate = String(decoding: recipient.reveal(), as: UTF8.self)
        return [
            Self.tokenOutput: try await sealed(K3sFiles.serverToken, for: certificate, context),
            Self.agentTokenOutput: try await sealed(K3sFiles.agentToken, for: certificate, context),
        ]
    }

    /// Nothing on the machine has changed.
    public func verify(_ context: StepContext) async throws(StepFailure) {}

    private func sealed(
        _ path: String,
        for certificate: String,
        _ context: StepContext
    ) async throws(StepFailure) -> Secret {
        let sealed = SealedPieces()
        do {
            try await context.host.seal(path, for: certificate) { bytes throws(HostFailure) in
                await sealed.append(bytes)
            }
        } catch {
            throw StepFailure(error, while: "seal \(path) for \(node)")
        }
        return Secret(await sealed.all)
    }
}

/// Pieces as they come.
private actor SealedPieces {
    private(set) var all: [UInt8] = []

    func append(_ bytes: [UInt8]) {
        all += bytes
    }
}
