public import Plan

/// What the driver must do about one event.
public struct Decision: Sendable, Equatable {
    /// Records that must be durable BEFORE any effect begins, in this order.
    public var records: [JournalRecord] = []
    /// What to begin once they are. Each bears repetition.
    public var effects: [Effect] = []

    /// Nothing to do.
    public init() {}
}

/// Something the driver begins.
public enum Effect: Sendable, Equatable {
    /// Hand an attempt to the executor's agent. It may know the attempt already.
    case assign(ExecutionID, step: StepID, timeout: Int64)
    /// Have the executor's agent look at a step without doing it, and send `looked`. The answer may
    /// stay out.
    case look(ExecutionID, step: StepID, timeout: Int64)
    /// Ask an agent to stop an attempt.
    case cancel(ExecutionID, executor: HostID)
    /// Send `clockAdvanced` at this time; it takes the place of an earlier wish.
    case wake(at: Int64)
    /// The rollout is over: forget its outputs, tell those who watch.
    case finish(RolloutOutcome)
}
