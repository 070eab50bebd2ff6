package import Plan
package import Protocol
package import RolloutEngine

/// What an agent says about an execution's end, in the engine's words.
package struct StepReport: Sendable, Equatable {
    /// Which execution.
    package var execution: ExecutionID
    /// How it ended.
    package var outcome: ExecutionOutcome
    /// Secrets that it made.
    package var outputs: [String: Secret]

    /// An end that no agent told.
    package init(of execution: ExecutionID, failed failure: StepFailure) {
        self.execution = execution
        outcome = .failed(failure)
        outputs = [:]
    }

    /// Reads a result. An agent that says nothing about the end is taken to have failed.
    package init(_ result: WireStepResult) {
        execution = ExecutionID(result.executionID)
        outputs = result.outputs.mapValues { Secret([UInt8]($0)) }
        switch result.outcome {
        case .unchanged:
            outcome = .unchanged
        case .changed(let changed):
            outcome = .changed(changes: String(decoding: changed.changes, as: UTF8.self))
        case .failed(let failed):
            outcome = .failed(
                StepFailure(
                    failed.message,
                    details: failed.details,
                    remedy: failed.remedy,
                    isPermanent: failed.permanent,
                    isRefusal: failed.refused
                )
            )
        case nil:
            outcome = .failed(StepFailure("the agent did not say how the step ended"))
        }
    }
}

extension StepReport {
    /// The step that was only looked at before its turn; nothing where it was an attempt.
    package var lookedAt: StepID? {
        guard let parts = execution.parts, parts.attempt == 0 else { return nil }
        return parts.step
    }
}

extension ExecutionID {
    /// The parts of `ROLLOUT.STEP.ATTEMPT`; nothing where the text is none of it.
    package var parts: (rollout: String, step: StepID, attempt: Int)? {
        let words = description.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count >= 3, let rollout = words.first,
            let attempt = words.last.flatMap({ Int($0) })
        else { return nil }
        let step = words.dropFirst().dropLast().joined(separator: ".")
        return (String(rollout), StepID(step), attempt)
    }
}
