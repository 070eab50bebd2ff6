import Plan
import RolloutEngine

/// Decisions in few words; times in seconds.
enum TranscriptWords {
    static func words(_ record: JournalRecord) -> String {
        switch record {
        case .began: "began"
        case .assigned(let execution, _, _, let deadline, _):
            "assigned \(short(execution)) until \(seconds(deadline))"
        case .ended(let execution, _, let outcome, _):
            "ended \(short(execution)): \(words(outcome))"
        case .satisfied(let step, _): "satisfied \(step)"
        case .retryPlanned(let step, let attempt, let notBefore, _):
            "attempt \(attempt) of \(step) from \(seconds(notBefore))"
        case .stepFailed(let step, let failure, _): "\(step) failed for good: \(failure.message)"
        case .cancelRequested: "cancelled"
        case .paused(let reason, _): "paused: \(reason)"
        case .resumed: "resumed"
        case .skipped(let step, _): "skipped \(step)"
        case .finished(let outcome, _): "finished: \(outcome)"
        }
    }

    static func words(_ effect: Effect) -> String {
        switch effect {
        case .assign(let execution, _, let timeout):
            "assign \(short(execution)) for \(seconds(timeout)) s"
        case .look(_, let step, let timeout): "look at \(step) for \(seconds(timeout)) s"
        case .cancel(let execution, let executor): "cancel \(short(execution)) on \(executor)"
        case .wake(let at): "wake at \(seconds(at))"
        case .finish(let outcome): "finish: \(outcome)"
        }
    }

    static func words(_ phase: RolloutPhase) -> String {
        switch phase {
        case .running: "running"
        case .paused(let reason): "paused: \(reason)"
        case .cancelling: "cancelling"
        case .ended(let outcome): "ended: \(outcome)"
        }
    }

    static func words(_ status: StepStatus) -> String {
        switch status {
        case .waiting: "waiting"
        case .running(let attempt): "attempt \(attempt.number) until \(seconds(attempt.deadline))"
        case .retrying(let attempt, let notBefore):
            "attempt \(attempt) from \(seconds(notBefore))"
        case .undecided: "undecided"
        case .succeeded(let changed): changed ? "changed" : "unchanged"
        case .failed(let failure): "failed: \(failure.message)"
        case .skipped: "skipped"
        }
    }

    private static func words(_ outcome: ExecutionOutcome) -> String {
        switch outcome {
        case .unchanged: "unchanged"
        case .changed: "changed"
        case .failed(let failure): "failed, \(failure.message)"
        }
    }

    private static func short(_ execution: ExecutionID) -> String {
        let own = "\(rolloutID)."
        let text = execution.description
        return text.hasPrefix(own) ? String(text.dropFirst(own.utf8.count)) : text
    }

    /// `12.5`, `60`.
    private static func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1000)
        let digits = String(repeating: "0", count: 3 - rest.utf8.count) + rest
        let whole = String(milliseconds / 1000)
        guard milliseconds % 1000 != 0 else { return whole }
        var trimmed = Substring(digits)
        while trimmed.hasSuffix("0") { trimmed.removeLast() }
        return "\(whole).\(trimmed)"
    }
}
