public import Plan

/// A kind of step that changes nothing and hands out what the machine has. It is always satisfied, so
/// in a rollout it only answers; the coordinator may also ask it alone.
public protocol Query: Step {
    /// What was asked for, by name.
    func answer(_ context: StepContext) async throws(StepFailure) -> StepOutputs
}

extension Query {
    /// It only looks.
    public var disruption: Disruption { .none }

    /// There is nothing to change.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck { .satisfied }

    /// Answers.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        try await answer(context)
    }

    /// There is nothing to verify.
    public func verify(_ context: StepContext) async throws(StepFailure) {}
}
