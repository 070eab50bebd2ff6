import GRPCCore
import Protocol
import SwiftProtobuf

/// All that the coordinator remembers of a rollout.
enum RolloutRecord {
    /// How long a rollout that goes on may be silent before what came counts as all there is: the
    /// coordinator sends what it remembers without a pause.
    private static let silence: Duration = .milliseconds(500)

    /// The events so far.
    static func read(
        _ summary: WireRolloutSummary,
        from client: OperatorConnection.Client
    ) async throws -> [WireRolloutEvent] {
        let request = WireWatchRolloutRequest.with { $0.rolloutID = summary.id }
        let collected = EventCollection()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await client.watchRollout(request) { response in
                    for try await event in response.messages {
                        await collected.append(event)
                        if case .ended = event.event { return }
                    }
                }
            }
            if summary.ended == 0 {
                group.addTask { try await collected.waitForSilence(of: silence) }
            }
            defer { group.cancelAll() }
            try await group.next()
            return await collected.events
        }
    }

    /// A head, every step under its node, the failures, and what to type next.
    static func lines(
        _ summary: WireRolloutSummary,
        view: RolloutView,
        style: TerminalStyle,
        now: Int64,
        suffix: String,
        output: [String: [String]] = [:]
    ) -> [String] {
        let ended = summary.ended != 0
        let span = Spans.short(from: summary.started, to: ended ? summary.ended : now)
        var lines = [
            style.paint("Rollout \(view.id) of \(view.cluster)", .strong)
                + ", begun \(Spans.short(from: summary.started, to: now)) ago: "
                + (ended ? "\(summary.outcome.word) after \(span)" : summary.standing),
            "Plan \(view.digest)",
            "",
        ]
        lines += table(of: view, now: now)
        if view.end != nil {
            lines +=
                [""]
                + view.summary(style: style, planFile: nil, suffix: suffix, output: output)
        } else {
            lines += ["", "Watch it:", "  coordinator rollout watch \(view.id)\(suffix)"]
        }
        return lines
    }

    private static func table(of view: RolloutView, now: Int64) -> [String] {
        var table = TextTable([
            ("NODE", .left), ("STATE", .left), ("TOOK", .right), ("STEP", .left),
        ])
        for node in view.nodeViews {
            for step in node.steps {
                table.append([
                    step.node, step.state.rawValue, took(step, now: view.endedAt ?? now),
                    step.title,
                ])
            }
        }
        return table.lines()
    }

    private static func took(_ step: StepView, now: Int64) -> String {
        switch step.state {
        case .waiting, .skipped: ""
        case .running: Spans.short(from: step.began, to: now)
        case .unchanged, .changed, .retrying, .failed:
            step.began == 0 ? "" : Spans.short(from: step.began, to: step.since)
        }
    }
}

/// Events as they come in, and how long ago the last one did.
private actor EventCollection {
    private(set) var events: [WireRolloutEvent] = []
    private var latest = ContinuousClock.now

    func append(_ event: WireRolloutEvent) {
        events.append(event)
        latest = .now
    }

    /// Returns once there was an event and none after it for that long.
    func waitForSilence(of span: Duration) async throws {
        while events.isEmpty || latest.duration(to: .now) < span {
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
