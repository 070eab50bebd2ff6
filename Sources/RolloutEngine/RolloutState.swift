public import Plan

/// Where one step stands.
public enum StepStatus: Sendable, Equatable {
    /// Not begun.
    case waiting
    /// An agent has it.
    case running(Attempt)
    /// It failed and will be tried again.
    case retrying(attempt: Int, notBefore: Int64)
    /// An attempt failed and what comes of it is not recorded yet; only seen between two records.
    case undecided(Attempt, StepFailure)
    /// It ended well; `changed` says whether anything had to be done.
    case succeeded(changed: Bool)
    /// It failed for good.
    case failed(StepFailure)
    /// It was not begun, and will not be in this rollout.
    case skipped
}

/// An attempt that an agent has.
public struct Attempt: Sendable, Equatable {
    /// Its key.
    public let execution: ExecutionID
    /// The first is 1.
    public let number: Int
    /// When the coordinator gives it up, milliseconds since 1970.
    public let deadline: Int64
}

/// How far a rollout is.
public enum RolloutPhase: Sendable, Equatable {
    /// Steps begin as soon as they may.
    case running
    /// None begins until an operator resumes or cancels it.
    case paused(PauseReason)
    /// It was cancelled and waits for steps that run.
    case cancelling
    /// It is over.
    case ended(RolloutOutcome)
}

/// The durable state of a rollout: what its records say, and nothing else.
public struct RolloutState: Sendable, Equatable {
    /// Where each step of the graph stands.
    public private(set) var steps: [StepID: StepStatus]
    /// Whether it has begun.
    public private(set) var hasBegun = false
    /// Why no further step begins for now; nothing where it is not paused.
    public private(set) var pause: PauseReason?
    /// Whether an operator asked for its end.
    public private(set) var isCancelled = false
    /// How it ended, once it has.
    public private(set) var outcome: RolloutOutcome?
    /// How many attempts of a step there were, all in all.
    private(set) var attempts: [StepID: Int] = [:]
    /// How many of them a resumption has forgiven.
    private(set) var forgiven: [StepID: Int] = [:]
    /// Attempts by key, running or not, so that a late word about an old one is known as such.
    private(set) var executions: [ExecutionID: StepID] = [:]

    /// Before any record.
    package init(_ graph: StepGraph) {
        steps = Dictionary(uniqueKeysWithValues: graph.steps.map { ($0.id, .waiting) })
    }

    /// How many steps changed something, did not have to, and failed.
    public var counts: (changed: Int, unchanged: Int, failed: Int) {
        var counts = (changed: 0, unchanged: 0, failed: 0)
        for status in steps.values {
            switch status {
            case .succeeded(changed: true): counts.changed += 1
            case .succeeded(changed: false): counts.unchanged += 1
            case .failed: counts.failed += 1
            case .waiting, .running, .retrying, .undecided, .skipped: break
            }
        }
        return counts
    }

    /// In a word, how far it is.
    public var phase: RolloutPhase {
        if let outcome { return .ended(outcome) }
        if isCancelled { return .cancelling }
        return pause.map(RolloutPhase.paused) ?? .running
    }

    /// Takes a record in; the only way that state changes, live and in replay.
    package mutating func apply(_ record: JournalRecord) {
        switch record {
        case .began:
            hasBegun = true
        case .assigned(let execution, let step, let number, let deadline, _):
            executions[execution] = step
            attempts[step] = number
            steps[step] = .running(
                Attempt(execution: execution, number: number, deadline: deadline)
            )
        case .ended(let execution, let step, let outcome, _):
            steps[step] = status(after: outcome, of: execution, at: step)
        case .satisfied(let step, _):
            steps[step] = .succeeded(changed: false)
        case .retryPlanned(let step, let attempt, let notBefore, _):
            steps[step] = .retrying(attempt: attempt, notBefore: notBefore)
        case .stepFailed(let step, let problem, _):
            steps[step] = .failed(problem)
        case .cancelRequested:
            isCancelled = true
        case .paused(let reason, _):
            pause = reason
        case .resumed:
            pause = nil
            forgive()
        case .skipped(let step, _):
            steps[step] = .skipped
        case .finished(let outcome, _):
            self.outcome = outcome
        }
    }

    private mutating func forgive() {
        for (step, status) in steps {
            guard case .failed = status else { continue }
            steps[step] = .waiting
            forgiven[step] = attempts[step]
        }
    }

    private func status(
        after outcome: ExecutionOutcome,
        of execution: ExecutionID,
        at step: StepID
    ) -> StepStatus {
        switch (outcome, steps[step]) {
        case (.unchanged, _): .succeeded(changed: false)
        case (.changed, _): .succeeded(changed: true)
        case (.failed(let problem), .running(let attempt)): .undecided(attempt, problem)
        case (.failed(let problem), _): .failed(problem)
        }
    }
}
