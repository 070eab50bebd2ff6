public import Plan

/// One durable fact about a rollout. A rollout is the sum of its records: replaying them through
/// `RolloutState.apply` gives the state that wrote them.
public enum JournalRecord: Sendable, Equatable, Codable {
    /// It began.
    case began(at: Int64)
    /// An attempt was decided on; its agent may run it from now on.
    case assigned(ExecutionID, step: StepID, attempt: Int, deadline: Int64, at: Int64)
    /// An attempt ended, by its agent's word or by its deadline.
    case ended(ExecutionID, step: StepID, ExecutionOutcome, at: Int64)
    /// The step was looked at before its turn came and left nothing to do: it ended well without an
    /// attempt.
    case satisfied(StepID, at: Int64)
    /// The step will be tried again, not before a time.
    case retryPlanned(step: StepID, attempt: Int, notBefore: Int64, at: Int64)
    /// The step failed for good.
    case stepFailed(StepID, StepFailure, at: Int64)
    /// An operator asked for the end.
    case cancelRequested(at: Int64)
    /// No further step begins until it is resumed.
    case paused(PauseReason, at: Int64)
    /// It goes on; steps that had failed for good wait for another attempt.
    case resumed(at: Int64)
    /// The step will not be begun in this rollout.
    case skipped(StepID, at: Int64)
    /// Nothing more will happen.
    case finished(RolloutOutcome, at: Int64)

    /// When it happened, milliseconds since 1970.
    public var at: Int64 {
        switch self {
        case .began(let at), .assigned(_, _, _, _, let at), .ended(_, _, _, let at),
            .satisfied(_, let at), .retryPlanned(_, _, _, let at), .stepFailed(_, _, let at),
            .cancelRequested(let at),
            .paused(_, let at), .resumed(let at), .skipped(_, let at), .finished(_, let at):
            at
        }
    }
}

extension JournalRecord {
    /// The step it is about; nothing where it is about the whole rollout.
    var step: StepID? {
        switch self {
        case .assigned(_, let step, _, _, _), .ended(_, let step, _, _), .satisfied(let step, _),
            .retryPlanned(let step, _, _, _), .stepFailed(let step, _, _), .skipped(let step, _):
            step
        case .began, .cancelRequested, .paused, .resumed, .finished:
            nil
        }
    }
}

/// Why a rollout is paused.
public enum PauseReason: String, Sendable, Equatable, Codable {
    /// An operator asked for it.
    case requested
    /// A step failed for good, and the plan says to wait for a person then.
    case failure
}
