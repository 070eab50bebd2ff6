public import Plan

/// Waits until the tunnel's controller says that it has published an Ingress. Runs on the server.
/// Changes nothing.
public struct AwaitIngress: Step {
    /// `ingress-published`.
    public static let kind = "ingress-published"

    /// The Ingress' namespace.
    public var namespace: String
    /// The Ingress.
    public var name: String
    /// The DNS name that it publishes.
    public var hostname: String

    /// Names an Ingress.
    public init(namespace: String, name: String, hostname: String) {
        self.namespace = namespace
        self.name = name
        self.hostname = hostname
    }

    /// `wait until NAME is published`.
    public var title: String { "wait until \(hostname) is published" }

    /// It only looks.
    public var disruption: Disruption { .none }

    /// Looks once.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let progress = try await progress(context)
        guard let gap = progress.gap else { return .satisfied }
        return .changes([.setting(name: hostname, before: gap, after: "published")])
    }

    /// Waits; the controller tries again by itself. At the deadline its last complaint is told.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let deadline = Deadline(context)
        var last: String?
        let done: Bool? = try await context.poll(every: 2000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            let gap = try await progress(context).gap
            if let gap, gap != last { context.report("\(hostname): \(gap)") }
            last = gap
            return gap == nil ? true : nil
        }
        guard done == nil else { return [:] }
        let controller = CloudflareTunnel.name
        throw StepFailure(
            "\(hostname) is not published after \(deadline.description): \(last ?? "")",
            details: try await Kubectl(context)
                .logs(of: "deployment/\(controller)", in: controller),
            remedy: "See `k3s kubectl -n \(namespace) describe ingress \(name)` on the server. One "
                + "Ingress with a name outside the account's zones keeps all others from being "
                + "published: `k3s kubectl get ingress -A`."
        )
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private func progress(_ context: StepContext) async throws(StepFailure) -> IngressProgress {
        try await .look(at: name, in: namespace, Kubectl(context))
    }
}
