import Daemon
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Synchronization

/// Does what the worklist says: runs steps, and hands messages to the session of the moment. Steps
/// go on whether there is one or not.
actor Assignments {
    private var worklist: Worklist
    private let execution: StepExecution
    private let logger: Logger
    /// The session's, while the coordinator listens.
    private let outbox = Mutex<Outbox?>(nil)
    private var running: [ExecutionID: Task<Void, Never>] = [:]
    private var isStopping = false

    /// Takes up what an earlier process left in the journal.
    init(journal: ExecutionJournal, execution: StepExecution, logger: Logger) {
        self.execution = execution
        self.logger = logger
        worklist = Worklist(journal: journal, logger: logger)
    }

    /// What the server's owner lets this agent do.
    nonisolated var policy: AgentPolicy { execution.policy }

    /// What the hello names.
    var unfinished: [String] { worklist.unfinished }

    /// The coordinator listens: results that it has not acknowledged are sent.
    func linkUp(_ number: LinkSuccession.Number, _ new: Outbox) {
        outbox.withLock { $0 = new }
        perform(worklist.linkUp(number))
    }

    /// This session's coordinator does not listen any more.
    func linkDown(_ number: LinkSuccession.Number, _ old: Outbox) {
        outbox.withLock { outbox in
            if outbox === old { outbox = nil }
        }
        perform(worklist.linkDown(number))
    }

    /// The coordinator wants a step done or looked at.
    func assign(_ assignment: WireStepAssignment, over number: LinkSuccession.Number) {
        perform(worklist.assign(assignment, over: number, objection: execution.objection(to:)))
    }

    /// The coordinator no longer wants a step done.
    func cancel(_ text: String) {
        perform(worklist.cancel(text))
    }

    /// The coordinator has a result on its disk.
    func acknowledge(_ text: String) {
        perform(worklist.acknowledge(text))
    }

    /// Ends all steps as an interruption: their intents stay, so that they are checked again.
    func stop() async {
        isStopping = true
        for task in running.values { task.cancel() }
        for task in running.values { await task.value }
        running = [:]
    }
}

extension Assignments {
    private func perform(_ actions: [Worklist.Action]) {
        for action in actions {
            switch action {
            case .send(let message): send(message)
            case .start(let assignment): start(assignment)
            case .stop(let id): running[id]?.cancel()
            }
        }
    }

    private func start(_ assignment: WireStepAssignment) {
        guard let id = ExecutionID(assignment.executionID) else { return }
        logger.log(.info, "step began", [.execution: "\(id)", .kind: assignment.kind])
        let report = lineSender(for: assignment.executionID)
        running[id] = Task { [execution] in
            let result = await execution.run(assignment, report: report)
            ended(id, result)
        }
    }

    private func ended(_ id: ExecutionID, _ result: WireStepResult) {
        guard !isStopping else { return }
        running[id] = nil
        logger.log(
            .info,
            "step ended",
            [.execution: "\(id)", .outcome: result.summary]
        )
        perform(worklist.ended(id, result))
    }

    private nonisolated func send(_ message: WireAgentMessage) {
        outbox.withLock { $0 }?.send(message)
    }

    private nonisolated func lineSender(for id: String) -> @Sendable (String) -> Void {
        let limit = SharedOutputLimit()
        return { line in
            for admitted in limit.admit(line) { self.send(StepMessages.output(id, admitted)) }
        }
    }
}

/// An execution's limit, which its step may meet from several tasks.
private final class SharedOutputLimit: Sendable {
    private let limit = Mutex(OutputLimit(now: WallClock.monotonic()))

    func admit(_ line: String) -> [String] {
        limit.withLock { $0.admit(line, now: WallClock.monotonic()) }
    }
}

extension WireStepResult {
    /// One word or sentence for the log.
    fileprivate var summary: String {
        switch outcome {
        case .unchanged?: "unchanged"
        case .changed?: "changed"
        case .failed(let failure)?: "failed: \(failure.message)"
        case nil: "unknown"
        }
    }
}
