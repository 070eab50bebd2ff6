public import Plan

/// Everything that can happen to a rollout. Times are milliseconds since 1970 by the coordinator's
/// clock; one that jumps back is taken as it comes, for deadlines only ever compare with it.
public enum RolloutEvent: Sendable, Equatable {
    /// An operator started it.
    case began(at: Int64)
    /// An agent opened a session and said which executions it has begun and not finished.
    case agentConnected(HostID, unfinished: Set<ExecutionID>, at: Int64)
    /// An agent's session is gone.
    case agentDisconnected(HostID, at: Int64)
    /// An agent reported how an execution ended. May come late, twice, or for one never made.
    case executionEnded(ExecutionID, ExecutionOutcome, at: Int64)
    /// An agent has looked at a step that it was asked about, and said whether it is as it should be.
    case looked(StepID, isSatisfied: Bool, at: Int64)
    /// Time passed; the answer to `Effect.wake`, and the first event after a restart.
    case clockAdvanced(to: Int64)
    /// An operator wants it to end.
    case cancelRequested(at: Int64)
    /// An operator wants no further step to begin for now.
    case pauseRequested(at: Int64)
    /// An operator wants it to go on, and failed steps to be tried again.
    case resumeRequested(at: Int64)

    /// When it happened.
    public var at: Int64 {
        switch self {
        case .began(let at), .agentConnected(_, _, let at), .agentDisconnected(_, let at),
            .executionEnded(_, _, let at), .looked(_, _, let at), .clockAdvanced(let at),
            .cancelRequested(let at),
            .pauseRequested(let at), .resumeRequested(let at):
            at
        }
    }
}

/// How an execution ended.
public enum ExecutionOutcome: Sendable, Equatable, Codable {
    /// Nothing had to change.
    case unchanged
    /// Something was changed; `changes` is the step kinds' JSON, opaque here.
    case changed(changes: String)
    /// It did not work.
    case failed(StepFailure)
}

/// How a rollout ended.
public enum RolloutOutcome: String, Sendable, Equatable, Codable {
    /// Every step ended well.
    case succeeded
    /// A step failed for good; what depends on it was not begun.
    case failed
    /// An operator ended it.
    case cancelled
}
