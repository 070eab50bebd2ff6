import FoundationEssentials
public import Plan

/// Takes back what a rollout published, and the tunnel's controller. Runs on the server.
///
/// In this order, as the controller alone takes DNS records away: the Ingresses while it runs, then
/// its chart, then its namespace with the token. The tunnel itself is the account's, and not here.
public struct RemoveTunnel: Errand {
    /// `tunnel-removal`.
    public static let kind = "tunnel-removal"

    /// Asks for it.
    public init() {}

    /// The names that were published, one a line.
    public func run(_ context: StepContext) async throws(StepFailure) -> Secret {
        let kubectl = Kubectl(context)
        let published = try await ingresses(kubectl)
        for ingress in published {
            _ = try await kubectl.require([
                "delete", "ingress", ingress.metadata.name, "-n",
                ingress.metadata.namespace ?? "default", "--ignore-not-found", "--wait=false",
            ])
        }
        try await awaitAbsence(kubectl, context)
        let name = CloudflareTunnel.name
        _ = try await kubectl.require(
            [
                "delete", "helmchart", name, "-n", HelmChart.controllerNamespace,
                "--ignore-not-found", "--timeout=120s",
            ],
            timeout: 130_000
        )
        _ = try await kubectl.require(
            ["delete", "namespace", name, "--ignore-not-found", "--timeout=120s"],
            timeout: 130_000
        )
        let names = published.flatMap { $0.spec?.rules ?? [] }.compactMap(\.host)
        return Secret(names.joined(separator: "\n"))
    }

    private struct Ingress: Decodable {
        struct Metadata: Decodable {
            var name: String
            var namespace: String?
        }
        struct Spec: Decodable {
            struct Rule: Decodable { var host: String? }
            var ingressClassName: String?
            var rules: [Rule]?
        }
        var metadata: Metadata
        var spec: Spec?
    }

    /// Ours of the tunnel's class, in all namespaces.
    private func ingresses(_ kubectl: Kubectl) async throws(StepFailure) -> [Ingress] {
        let owner = KubernetesObject.owner
        let answer = try await kubectl.require([
            "get", "ingress", "--all-namespaces", "-l", "\(owner.key)=\(owner.value)", "-o", "json",
        ])
        return try kubectl.decode(KubernetesList<Ingress>.self, from: answer).items
            .filter { $0.spec?.ingressClassName == CloudflareTunnel.ingressClass }
    }

    /// An Ingress goes once the controller has taken its DNS records away.
    private func awaitAbsence(
        _ kubectl: Kubectl,
        _ context: StepContext
    ) async throws(StepFailure) {
        let deadline = Deadline(context)
        var left: [String] = []
        let done: Bool? = try await context.poll(every: 2000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            left = try await ingresses(kubectl).map(\.metadata.name)
            return left.isEmpty ? true : nil
        }
        guard done == nil else { return }
        let name = CloudflareTunnel.name
        throw StepFailure(
            "the controller has not let go of \(left.joined(separator: ", ")) after "
                + deadline.description,
            details: try await kubectl.logs(of: "deployment/\(name)", in: name),
            remedy:
                "It takes their DNS records away before: see `k3s kubectl -n \(name) get pods` on "
                + "the server, and whether its token still counts. Then type the command again."
        )
    }
}
