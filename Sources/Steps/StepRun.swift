public import Plan

/// How one execution of a step ended.
public enum StepOutcome: Sendable, Equatable {
    /// The machine already was as the step would leave it.
    case unchanged(StepOutputs)
    /// What was done, or would be done where only a check was asked for.
    case changed([Change], StepOutputs)
    /// What went wrong.
    case failed(StepFailure)
}

/// One execution of one step.
public enum StepRun {
    /// Checks, applies where something is to be done, and verifies. Never more than the step's own
    /// timeout is given to the three together.
    public static func apply(_ step: any Step, _ context: StepContext) async -> StepOutcome {
        let began = context.host.monotonicNow()
        do {
            guard case .changes(let changes) = try await check(step, uncancelled: context) else {
                guard let query = step as? any Query else { return .unchanged([:]) }
                return .unchanged(try await query.answer(context))
            }
            let spent = context.host.monotonicNow() - began
            let outputs = try await apply(step, uncancelled: context.reduced(by: spent))
            try await verify(step, uncancelled: context)
            return .changed(changes, outputs)
        } catch {
            return .failed(error)
        }
    }

    /// Says what `apply` would do. Changes nothing.
    public static func check(_ step: any Step, _ context: StepContext) async -> StepOutcome {
        do {
            switch try await check(step, uncancelled: context) {
            case .satisfied: return .unchanged([:])
            case .changes(let changes): return .changed(changes, [:])
            }
        } catch {
            return .failed(error)
        }
    }

    private static func check(
        _ step: any Step,
        uncancelled context: StepContext
    ) async throws(StepFailure) -> StepCheck {
        try refuseWhenCancelled(step)
        return try await step.check(context)
    }

    private static func apply(
        _ step: any Step,
        uncancelled context: StepContext
    ) async throws(StepFailure) -> StepOutputs {
        try refuseWhenCancelled(step)
        return try await step.apply(context)
    }

    private static func verify(
        _ step: any Step,
        uncancelled context: StepContext
    ) async throws(StepFailure) {
        try refuseWhenCancelled(step)
        try await step.verify(context)
    }

    private static func refuseWhenCancelled(_ step: any Step) throws(StepFailure) {
        guard Task.isCancelled else { return }
        throw StepFailure(HostFailure(.cancelled, "the step was cancelled"), while: step.title)
    }
}

extension StepContext {
    /// The same with less time; at least a second, so that a late `apply` can still say what it sees.
    fileprivate func reduced(by milliseconds: Int64) -> StepContext {
        StepContext(
            host: host,
            artifacts: artifacts,
            deposits: deposits,
            inputs: inputs,
            timeout: max(1000, timeout - milliseconds),
            report: report
        )
    }
}
