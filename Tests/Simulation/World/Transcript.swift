import Plan
import Protocol
import RolloutEngine

/// What happened, one line each: virtual seconds, who, what.
package struct Transcript: Sendable {
    /// The lines, in order.
    package private(set) var lines: [String] = []

    mutating func add(_ time: Int64, _ who: String, _ words: String) {
        let millis = String(time % 1000)
        let clock =
            "\(time / 1000).\(String(repeating: "0", count: 3 - millis.utf8.count))\(millis)"
        let padding = String(repeating: " ", count: max(0, 10 - clock.utf8.count))
        lines.append("\(padding)\(clock)  \(Self.padded(who, to: 12)) \(words)")
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    static func words(_ event: RolloutEvent) -> String {
        switch event {
        case .began: "the beginning"
        case .agentConnected(let host, let unfinished, _):
            "that \(host) is there, with \(unfinished.isEmpty ? "nothing" : list(unfinished)) begun"
        case .agentDisconnected(let host, _): "that \(host) is gone"
        case .executionEnded(let execution, let outcome, _):
            "that \(execution) ended: \(words(outcome))"
        case .looked(let step, let isSatisfied, _):
            "that \(step) has \(isSatisfied ? "nothing" : "something") to do"
        case .clockAdvanced: "the time"
        case .cancelRequested: "a cancel"
        case .pauseRequested: "a pause"
        case .resumeRequested: "a resumption"
        }
    }

    static func words(_ record: JournalRecord) -> String {
        switch record {
        case .began: "began"
        case .assigned(let execution, _, _, _, _): "assigned \(execution)"
        case .ended(let execution, _, let outcome, _): "ended \(execution): \(words(outcome))"
        case .satisfied(let step, _): "satisfied \(step)"
        case .retryPlanned(let step, let attempt, let notBefore, let at):
            "attempt \(attempt) of \(step) in \(notBefore - at) ms"
        case .stepFailed(let step, let failure, _): "\(step) failed: \(failure.message)"
        case .cancelRequested: "cancelled"
        case .paused(let reason, _): "paused (\(reason))"
        case .resumed: "resumed"
        case .skipped(let step, _): "skipped \(step)"
        case .finished(let outcome, _): "finished: \(outcome)"
        }
    }

    static func words(_ outcome: ExecutionOutcome) -> String {
        switch outcome {
        case .unchanged: "unchanged"
        case .changed: "changed"
        case .failed(let failure):
            "failed\(failure.isPermanent ? " for good" : ""): \(failure.message)"
        }
    }

    static func words(_ result: WireStepResult) -> String {
        switch result.outcome {
        case .unchanged: "unchanged"
        case .changed: "changed"
        case .failed(let failure): "failed: \(failure.message)"
        case nil: "nothing"
        }
    }

    static func words(_ message: WireAgentMessage) -> String {
        switch message.message {
        case .accepted(let accepted): "accepts \(accepted.executionID)"
        case .result(let result): "reports \(result.executionID)"
        default: "says something"
        }
    }

    private static func list(_ executions: Set<ExecutionID>) -> String {
        executions.sorted().map(\.description).joined(separator: ", ")
    }
}
