public import Plan

/// Waits until K3s has installed a chart and its Deployments serve. Runs on the server. Changes
/// nothing.
public struct AwaitChart: Step {
    /// `chart-ready`.
    public static let kind = "chart-ready"

    /// The chart's release.
    public var name: String
    /// Where its Deployments are.
    public var namespace: String
    /// Those that have to serve, in the order in which they come to be.
    public var deployments: [String]

    /// Names a chart and what has to come of it.
    public init(name: String, namespace: String, deployments: [String]) {
        self.name = name
        self.namespace = namespace
        self.deployments = deployments
    }

    /// `wait until NAME serves`.
    public var title: String { "wait until \(name) serves" }

    /// It only looks.
    public var disruption: Disruption { .none }

    /// Looks once.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard let gap = try await gap(Kubectl(context)) else { return .satisfied }
        return .changes([.setting(name: name, before: gap.what, after: "serves")])
    }

    /// Waits; at the deadline says what is missing first, with its own last words.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let kubectl = Kubectl(context)
        let deadline = Deadline(context)
        var last: ChartGap?
        let done: Bool? = try await context.poll(every: 3000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            let gap = try await gap(kubectl)
            if let gap, gap != last { context.report("\(name): \(gap.what)") }
            last = gap
            return gap == nil ? true : nil
        }
        guard done == nil else { return [:] }
        var details: [String] = []
        if let speaker = last?.speaker {
            let lines = try await kubectl.logs(of: speaker.target, in: speaker.namespace)
            details = lines.map { "\(speaker.target): \($0)" }
        }
        throw StepFailure(
            "\(name) does not serve after \(deadline.description): \(last?.what ?? "")",
            details: details,
            remedy: last?.remedy ?? ""
        )
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }
}
