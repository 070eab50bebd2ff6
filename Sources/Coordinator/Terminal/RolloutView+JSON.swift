import Protocol
import Steps

extension RolloutView {
    /// The event as one JSON object, once it is taken in; nothing where it says nothing.
    func json(for event: WireRolloutEvent) -> JSONLine? {
        switch event.event {
        case .started(let started): Self.json(started, at: event.at)
        case .step(let change): json(change, at: event.at)
        case .line(let line):
            .object([
                ("event", .string("line")),
                ("id", .string(line.stepID)),
                ("node", .string(step(line.stepID)?.node ?? "")),
                ("line", .string(line.line)),
            ])
        case .paused(let paused):
            .object([
                ("event", .string("rolloutPaused")),
                ("afterFailure", .bool(paused.afterFailure)),
                ("at", .integer(event.at)),
            ])
        case .resumed:
            .object([("event", .string("rolloutResumed")), ("at", .integer(event.at))])
        case .ended(let ended): Self.json(ended)
        case nil: nil
        }
    }

    private static func json(_ started: WireRolloutStarted, at: Int64) -> JSONLine {
        let steps = started.steps.map { step in
            JSONLine.object([
                ("id", .string(step.id)),
                ("node", .string(step.node)),
                ("executor", .string(step.executor)),
                ("kind", .string(step.kind)),
                ("title", .string(step.title)),
                ("dependsOn", .array(step.dependsOn.map { .string($0) })),
            ])
        }
        var members: [(String, JSONLine)] = [
            ("event", .string("rolloutStarted")),
            ("rollout", .string(started.rolloutID)),
            ("cluster", .string(started.cluster)),
            ("digest", .string(started.digest)),
            ("at", .integer(at)),
            ("steps", .array(steps)),
        ]
        if !started.news.isEmpty { members.append(("news", .string(started.news))) }
        if !started.departed.isEmpty {
            members.append(("departed", .array(started.departed.map { .string($0.id) })))
        }
        return .object(members)
    }

    private func json(_ change: WireStepStateChanged, at: Int64) -> JSONLine? {
        guard let state = StepView.State(change.state) else { return nil }
        var members: [(String, JSONLine)] = [
            ("event", .string("step")),
            ("id", .string(change.stepID)),
            ("node", .string(step(change.stepID)?.node ?? "")),
            ("state", .string(state.rawValue)),
            ("attempt", .integer(Int64(change.attempt))),
            ("at", .integer(at)),
        ]
        if !change.message.isEmpty { members.append(("message", .string(change.message))) }
        if !change.details.isEmpty {
            members.append(("details", .array(change.details.map { .string($0) })))
        }
        if !change.remedy.isEmpty { members.append(("remedy", .string(change.remedy))) }
        let changes = Change.list(in: change.changes)
        if !changes.isEmpty { members.append(("changes", .encoding(changes))) }
        if !change.disruption.isEmpty {
            members.append(("disruption", .string(change.disruption)))
        }
        return .object(members)
    }

    private static func json(_ ended: WireRolloutEnded) -> JSONLine {
        var members: [(String, JSONLine)] = [
            ("event", .string("rolloutEnded")),
            ("outcome", .string(ended.outcome.word)),
            ("changed", .integer(Int64(ended.changed))),
            ("unchanged", .integer(Int64(ended.unchanged))),
            ("failed", .integer(Int64(ended.failed))),
            ("digest", .string(ended.digest)),
        ]
        if !ended.approval.isEmpty { members.append(("approval", .string(ended.approval))) }
        return .object(members)
    }
}

extension WireRolloutOutcome {
    /// As it is written for people and programs; one that runs or is unknown is `running`.
    var word: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .paused: "paused"
        case .unspecified, .UNRECOGNIZED: "running"
        }
    }
}
