/// What becomes of the steps that the coordinator assigns: pure, so that each order of events,
/// crashes and cut links can be played through.
///
/// An execution is assigned, runs, ends, and is kept until the coordinator says that its result is
/// durable there. It never runs again once its result is known. Of one step at most one execution
/// runs; a newer one cancels the older and waits for its end. A check (dry run) leaves no trace on
/// the disk and lives no longer than the link over which it was asked for.
struct AssignmentStateMachine: Sendable, Equatable {
    /// Whether a step is to be done or only looked at.
    enum Mode: Sendable, Equatable {
        /// Checks, and where needed changes the machine.
        case apply
        /// Changes nothing.
        case check
    }

    /// Where a result lives until its receipt.
    enum Keeping: Sendable, Equatable {
        /// In the journal: it outlives the process.
        case journal
        /// In memory only, since it has secrets or the journal could not be written. After a crash
        /// the execution counts as interrupted.
        case memory
    }

    /// All that can happen.
    enum Event: Sendable, Equatable {
        /// The coordinator wants it done, perhaps not for the first time.
        case assigned(ExecutionID, Mode)
        /// It ended, well or badly.
        case finished(ExecutionID, Keeping)
        /// The coordinator has the result on its disk.
        case receipt(ExecutionID)
        /// The coordinator no longer wants it done.
        case cancelled(ExecutionID)
        /// The coordinator welcomed this agent.
        case linkUp
        /// Nothing can be sent any more.
        case linkDown
    }

    /// One change of the journal.
    enum Record: Sendable, Equatable {
        /// It is about to run.
        case intent(ExecutionID)
        /// It ended.
        case result(ExecutionID)
        /// Nothing of it need be known any more.
        case removal(ExecutionID)
    }

    /// What the driver does once the records are durable, in order.
    enum Effect: Sendable, Equatable {
        /// Tell the coordinator that it is about to run.
        case accept(ExecutionID)
        /// Run it.
        case start(ExecutionID)
        /// Cancel it where it runs, or else report at once that it ended cancelled.
        case cancel(ExecutionID)
        /// Send its result.
        case send(ExecutionID)
        /// Forget its parameters and its result.
        case drop(ExecutionID)
    }

    /// What the driver must do about one event.
    struct Decision: Sendable, Equatable {
        /// Durable BEFORE any effect begins.
        var records: [Record] = []
        /// Begun AFTER, in this order.
        var effects: [Effect] = []
    }

    /// How far an execution is.
    enum Phase: Sendable, Equatable {
        /// Begun by a process that is gone. Transitions to: running, finished.
        case interrupted
        /// Waits for the end of an older execution of its step. Transitions to: running, finished.
        case waiting
        /// Transitions to: finished, running (where it is to be repeated).
        case running(Fate)
        /// Its result waits for a receipt.
        case finished(Keeping)
    }

    /// What becomes of a running execution's result.
    enum Fate: Sendable, Equatable {
        /// It goes to the coordinator.
        case report
        /// Nobody wants it.
        case discard
        /// Nobody wants it, but the execution was asked for again and begins anew.
        case startAgain
    }

    /// One execution.
    struct Execution: Sendable, Equatable {
        /// Whether it may change the machine.
        var mode: Mode
        /// How far it is.
        var phase: Phase
    }

    /// All that are not forgotten.
    var executions: [ExecutionID: Execution] = [:]
    /// Whether results can be sent.
    var isLinked = false

    /// Begins with what an earlier process recorded; what it left running is interrupted.
    init(replaying records: some Sequence<Record> = []) {
        for record in records {
            switch record {
            case .intent(let id): executions[id] = Execution(mode: .apply, phase: .interrupted)
            case .result(let id):
                executions[id] = Execution(mode: .apply, phase: .finished(.journal))
            case .removal(let id): executions[id] = nil
            }
        }
    }

    /// What the agent's hello names: begun or accepted, wanted, and without a result.
    var unfinished: [ExecutionID] {
        executions.filter { $0.value.mode == .apply && $0.value.phase.isUnfinished }.keys.sorted()
    }
}

extension AssignmentStateMachine.Phase {
    fileprivate var isUnfinished: Bool {
        switch self {
        case .interrupted, .waiting, .running(.report), .running(.startAgain): true
        case .running(.discard), .finished: false
        }
    }
}
