public import Plan

/// Tells Kilo how a node is reached. Runs on the server, and waits until the node is registered.
///
/// A node with a public address gets `force-endpoint`, for clouds show their machines only private
/// ones. `persistent-keepalive` is for nodes behind NAT alone: peers of a node that has it prefer
/// the endpoint they discover over the one that was forced.
public struct AnnotateNode: Step {
    /// `kilo-annotation`.
    public static let kind = "kilo-annotation"

    /// The node.
    public var node: String
    /// `ADDRESS:PORT`; nothing where the node is behind NAT.
    public var endpoint: String?
    /// Seconds between keepalives; nothing where the node is not behind NAT.
    public var keepalive: Int?
    /// Kilo's location.
    public var location: String?

    /// Says how the plan's host is reached.
    public init(host: PlannedHost, mesh: MeshSettings) {
        node = host.hostname
        endpoint = host.behindNAT ? nil : "\(host.publicAddress):\(mesh.port)"
        keepalive = host.behindNAT ? mesh.natKeepalive : nil
        location = host.location
    }

    /// `annotate NODE for Kilo`.
    public var title: String { "annotate \(node) for Kilo" }

    /// Peers may take a moment to find a new endpoint.
    public var disruption: Disruption { .none }

    /// Compares the three annotations that are ours.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let found = try await Kubectl(context).node(node)
        let differences = differences(from: found)
        guard !differences.isEmpty else { return .satisfied }
        let settings = differences.map { annotation, before, after in
            Change.setting(
                name: "node \(node), \(annotation.name)",
                before: before ?? "",
                after: after ?? ""
            )
        }
        let argv = Kubectl.argv(arguments(for: differences))
        return .changes(settings + [.command(argv: argv, purpose: "set them")])
    }

    /// Waits for the node, then sets and removes in one call.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let kubectl = Kubectl(context)
        let deadline = Deadline(context)
        context.report("looking for node \(node)")
        let found = try await context.poll(every: 1000, until: deadline) {
            () async throws(StepFailure) -> KubernetesNode? in
            try await kubectl.node(node)
        }
        guard let found else {
            throw StepFailure(
                "node \(node) did not register within \(deadline.description)",
                remedy: "See `journalctl -u k3s-agent` (on the server: `-u k3s`) on that machine."
            )
        }
        let differences = differences(from: found)
        guard !differences.isEmpty else { return [:] }
        _ = try await kubectl.require(arguments(for: differences))
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private typealias Difference = (annotation: KiloAnnotation, before: String?, after: String?)

    private func arguments(for differences: [Difference]) -> [String] {
        ["annotate", "--overwrite", "node", node]
            + differences.map { annotation, _, after in
                after.map { "\(annotation.name)=\($0)" } ?? "\(annotation.name)-"
            }
    }

    private func differences(from node: KubernetesNode?) -> [Difference] {
        let wanted: [(KiloAnnotation, String?)] = [
            (.forceEndpoint, endpoint),
            (.persistentKeepalive, keepalive.map(String.init)),
            (.location, location),
        ]
        return wanted.compactMap { annotation, after in
            let before = node?.metadata.annotations?[annotation.name]
            return before == after ? nil : (annotation, before, after)
        }
    }
}
