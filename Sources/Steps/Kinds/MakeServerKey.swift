public import Plan

/// Makes the key pair that the cluster's server token is sealed for, on a machine that is to be a
/// further server. The private half stays there; the certificate is the output `recipient`.
public struct MakeServerKey: Step {
    /// `k3s-server-key`.
    public static let kind = "k3s-server-key"
    /// The name of the output.
    public static let recipientOutput = "recipient"

    /// Describes the key.
    public init() {}

    /// `make a key for the server token`.
    public var title: String { "make a key for the server token" }

    /// Nothing that runs notices.
    public var disruption: Disruption { .none }

    /// Satisfied where the machine has joined.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard try await context.mode(of: K3sFiles.kubeletKey) == nil else { return .satisfied }
        return .changes([
            .file(path: K3sFiles.serverJoinKey, before: nil, after: K3sFiles.masked, mode: 0o600)
        ])
    }

    /// Makes it; one of an earlier attempt is thrown away.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        do {
            let certificate = try await context.host.makeSealedBox(keyAt: K3sFiles.serverJoinKey)
            return [Self.recipientOutput: Secret(certificate)]
        } catch {
            throw StepFailure(error, while: "make a key for the server token")
        }
    }

    /// The key lies there, its owner's alone.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        guard try await context.mode(of: K3sFiles.serverJoinKey) == 0o600 else {
            throw StepFailure("the key for the server token is not at \(K3sFiles.serverJoinKey)")
        }
    }
}
