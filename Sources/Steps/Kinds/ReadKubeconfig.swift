public import Plan

/// Hands out the administrator's credential that K3s wrote for its own machine. Gives the output
/// `kubeconfig`; its address is still 127.0.0.1.
public struct ReadKubeconfig: Query {
    /// `k3s-kubeconfig`.
    public static let kind = "k3s-kubeconfig"
    /// The name of the output.
    public static let output = "kubeconfig"

    /// Describes the question.
    public init() {}

    /// `read the kubeconfig`.
    public var title: String { "read the kubeconfig" }

    /// The file as it is.
    public func answer(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        guard let text = try await context.text(of: K3sFiles.kubeconfig) else {
            throw StepFailure(
                "there is no \(K3sFiles.kubeconfig) on the server: K3s has not begun to serve",
                remedy:
                    "Roll the plan out first; where that is done, see `journalctl -u k3s` there."
            )
        }
        return [Self.output: Secret(text)]
    }
}
