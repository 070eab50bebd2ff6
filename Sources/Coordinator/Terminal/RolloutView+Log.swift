import Protocol

extension RolloutView {
    /// The event as one line of a log, once it is taken in; nothing where it changes no state.
    func logLine(for event: WireRolloutEvent) -> String? {
        switch event.event {
        case .started:
            "rollout \(id) of cluster \(cluster): \(steps.count) steps on \(nodes.count) nodes"
                + (departed.isEmpty
                    ? ""
                    : "; not in the plan any more: \(departed.map(\.id).joined(separator: ", "))")
                + (news.isEmpty ? "" : "\n\(news)")
        case .step(let change):
            step(change.stepID).flatMap { logLine(of: $0, at: event.at) }
        case .paused(let paused):
            paused.afterFailure
                ? "paused after a failure: no further step begins"
                : "paused by an operator: no further step begins"
        case .resumed:
            "resumed"
        case .line, .ended, nil: nil
        }
    }

    private func logLine(of step: StepView, at: Int64) -> String? {
        let news: String
        switch step.state {
        case .waiting: return nil
        case .running: news = step.attempt > 1 ? "begins, attempt \(step.attempt)" : "begins"
        case .unchanged: news = "unchanged"
        case .changed: news = "changed"
        case .retrying: news = "attempt \(step.attempt) failed, will be tried again"
        case .failed: news = "FAILED"
        case .skipped: news = "skipped"
        }
        let place = TerminalText.rightAligned("\(done)", to: "\(steps.count)".count)
        let elapsed = Spans.short(from: startedAt, to: at)
        let why = step.message.isEmpty ? "" : ": \(step.message)"
        return "[\(place)/\(steps.count)] \(elapsed) \(step.node): \(step.title): \(news)\(why)"
    }
}
