import Plan
import Protocol
import Steps

/// Prints each step of a rehearsal when it has ended: host, title, commands and diffs.
struct RehearsalDisplay: RolloutDisplay {
    private let plan: ClusterPlan
    private let style: TerminalStyle
    private let write: @Sendable (String) -> Void
    private var place = 0

    /// The display of a format, for a rehearsal of the plan.
    static func make(
        _ format: OutputFormat,
        of plan: ClusterPlan,
        style: TerminalStyle
    ) -> any RolloutDisplay {
        switch format {
        case .json: JSONDisplay()
        case .text: RehearsalDisplay(of: plan, style: style, write: StandardOutput.write)
        }
    }

    /// Prints with `write`, line by line.
    init(
        of plan: ClusterPlan,
        style: TerminalStyle,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.plan = plan
        self.style = style
        self.write = write
    }

    mutating func show(_ event: WireRolloutEvent, in view: RolloutView) {
        switch event.event {
        case .started: begin(view)
        case .step(let change):
            if let step = view.step(change.stepID) { show(step, of: view.steps.count) }
        case .ended: end(view)
        case .line, .paused, .resumed, nil: break
        }
    }

    mutating func notice(_ text: String) {
        write(text)
    }

    mutating func refresh(_ view: RolloutView, now: Int64) {}

    private func begin(_ view: RolloutView) {
        write(style.paint("REHEARSAL of cluster \(view.cluster)", .strong))
        write(Self.promise)
        write("\(view.steps.count) steps on \(view.nodes.count) hosts, in this order:")
    }

    private mutating func show(_ step: StepView, of count: Int) {
        switch step.state {
        case .waiting, .running: return
        case .retrying, .failed, .skipped, .unchanged, .changed: break
        }
        if step.state != .retrying { place += 1 }
        let number = TerminalText.rightAligned("\(place)", to: "\(count)".count)
        let by = step.executor == step.node ? "" : " (carried out by \(step.executor))"
        let news = step.state == .changed ? "" : ": \(step.state.rawValue)"
        write("")
        write("\(number). \(style.paint(step.node, .strong))  \(step.title)\(by)\(news)")
        for line in step.changes.flatMap({ $0.rendered() }) {
            write("    " + TerminalText.cleaned(line))
        }
        guard step.state == .failed || step.state == .retrying else { return }
        for line in RolloutView.report(on: step, style: style).dropFirst() { write("  " + line) }
    }

    private func end(_ view: RolloutView) {
        guard let end = view.end else { return }
        write("")
        let counts = "\(end.changed) changed, \(end.unchanged) unchanged"
        switch end.outcome {
        case .succeeded:
            write(style.paint("The rehearsal went well: \(counts).", .good))
            write("After a rollout of this plan:")
            write("")
            ClusterOverview(plan: plan).table(unicode: style.unicode).forEach(write)
            write("")
        case .failed, .cancelled, .paused, .unspecified, .UNRECOGNIZED:
            write(style.paint("The rehearsal failed: \(counts), \(end.failed) failed.", .bad))
        }
        write(Self.promise)
    }

    private static let promise = """
        Nothing on this machine was touched: the hosts are simulated, and K3s and Kilo are stand-ins.
        """
}
