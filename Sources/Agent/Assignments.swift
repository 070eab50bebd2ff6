import Daemon
import FoundationEssentials
import Logging
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Synchronization

/// Does what `AssignmentStateMachine` decides: keeps the journal, runs steps, and hands messages to
/// the session of the moment. Steps go on whether there is one or not.
actor Assignments {
    private var machine: AssignmentStateMachine
    private let journal: ExecutionJournal
    private let execution: StepExecution
    private let logger: Logger
    /// The session's, while the coordinator listens.
    private let outbox = Mutex<Outbox?>(nil)
    /// What waits to begin, with its secrets.
    private var assigned: [ExecutionID: WireStepAssignment] = [:]
    private var results: [ExecutionID: WireStepResult] = [:]
    private var running: [ExecutionID: Task<Void, Never>] = [:]
    private var isStopping = false

    /// Takes up what an earlier process left in the journal.
    init(journal: ExecutionJournal, execution: StepExecution, logger: Logger) {
        self.journal = journal
        self.execution = execution
        self.logger = logger
        let entries = journal.load()
        machine = AssignmentStateMachine(
            replaying: entries.map { $0.result == nil ? .intent($0.id) : .result($0.id) }
        )
        for entry in entries { results[entry.id] = entry.result }
    }

    /// What the server's owner lets this agent do.
    nonisolated var policy: AgentPolicy { execution.policy }

    /// What the hello names.
    var unfinished: [String] { machine.unfinished.map(\.description) }

    /// The coordinator listens: results that it has not acknowledged are sent.
    func linkUp(_ new: Outbox) {
        outbox.withLock { $0 = new }
        perform(machine.handle(.linkUp))
    }

    /// This session's coordinator does not listen any more; where another session has taken its
    /// place, that changes nothing.
    func linkDown(_ old: Outbox) {
        let isCurrent = outbox.withLock { outbox in
            guard outbox === old else { return false }
            outbox = nil
            return true
        }
        guard isCurrent else { return }
        perform(machine.handle(.linkDown))
    }

    /// The coordinator wants a step done or looked at.
    func assign(_ assignment: WireStepAssignment) {
        do {
            let (id, mode) = try Self.read(assignment)
            if !isFinished(id) { try execution.admit(assignment) }
            assigned[id] = assignment
            perform(machine.handle(.assigned(id, mode)))
            if !isAwaitingStart(id) { assigned[id] = nil }
        } catch {
            refuse(assignment.executionID, error)
        }
    }

    /// An execution that an earlier process began, perhaps under another policy, ends by it.
    private func refuse(_ text: String, _ failure: StepFailure) {
        log(.warning, "refused an assignment", text, failure.message)
        let result = StepMessages.failed(text, failure)
        if let id = ExecutionID(text), case .interrupted? = machine.executions[id]?.phase {
            finish(id, result, keeping: .journal)
        } else {
            send(.with { $0.result = result })
        }
    }

    private func isFinished(_ id: ExecutionID) -> Bool {
        if case .finished? = machine.executions[id]?.phase { true } else { false }
    }

    /// The coordinator no longer wants a step done.
    func cancel(_ text: String) {
        guard let id = ExecutionID(text) else { return }
        perform(machine.handle(.cancelled(id)))
    }

    /// The coordinator has a result on its disk.
    func acknowledge(_ text: String) {
        guard let id = ExecutionID(text) else { return }
        perform(machine.handle(.receipt(id)))
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
    private static func read(
        _ assignment: WireStepAssignment
    ) throws(StepFailure) -> (ExecutionID, AssignmentStateMachine.Mode) {
        guard let id = ExecutionID(assignment.executionID), id.step == assignment.stepID else {
            throw StepFailure(
                "the assignment's ids are malformed",
                details: [assignment.executionID, assignment.stepID],
                isPermanent: true
            )
        }
        switch assignment.mode {
        case .apply: return (id, .apply)
        case .check: return (id, .check)
        case .unspecified, .UNRECOGNIZED:
            throw StepFailure(
                "the assignment asks for a mode that agent \(Release.version) does not know",
                remedy: "Install the coordinator's version of the agent on this node.",
                isPermanent: true
            )
        }
    }

    /// Records first, then effects; an execution whose intent could not be recorded does not begin.
    private func perform(_ decision: AssignmentStateMachine.Decision) {
        var unrecorded: [(ExecutionID, StepFailure)] = []
        for record in decision.records {
            guard let failure = write(record) else { continue }
            if case .intent(let id) = record { unrecorded.append((id, failure)) }
        }
        for effect in decision.effects {
            guard !unrecorded.contains(where: { $0.0 == effect.execution }) else { continue }
            begin(effect)
        }
        for (id, failure) in unrecorded {
            assigned[id] = nil
            finish(id, StepMessages.failed("\(id)", failure), keeping: .memory)
        }
    }

    private func write(_ record: AssignmentStateMachine.Record) -> StepFailure? {
        do {
            switch record {
            case .intent(let id):
                if let assignment = assigned[id] { try journal.writeIntent(id, assignment) }
            case .result(let id):
                if let result = results[id] { try journal.writeResult(id, result) }
            case .removal(let id):
                try journal.remove(id)
            }
            return nil
        } catch {
            log(.error, "the journal cannot be written", "\(record)", "\(error)")
            return StepFailure(
                "the agent's journal cannot be written: \(error)",
                remedy: "Make room on the node's disk, then run the rollout again."
            )
        }
    }

    private func begin(_ effect: AssignmentStateMachine.Effect) {
        switch effect {
        case .accept(let id):
            send(.with { $0.accepted.executionID = "\(id)" })
        case .start(let id):
            start(id)
        case .cancel(let id):
            if let task = running[id] {
                task.cancel()
            } else {
                let failure = StepFailure("cancelled by the coordinator before it ran")
                finish(id, StepMessages.failed("\(id)", failure), keeping: .journal)
            }
        case .send(let id):
            guard let result = results[id] else { return }
            send(.with { $0.result = result })
        case .drop(let id):
            assigned[id] = nil
            results[id] = nil
        }
    }

    private func start(_ id: ExecutionID) {
        guard let assignment = assigned.removeValue(forKey: id) else { return }
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
        finish(id, result, keeping: result.outputs.isEmpty ? .journal : .memory)
    }

    private func finish(
        _ id: ExecutionID,
        _ result: WireStepResult,
        keeping: AssignmentStateMachine.Keeping
    ) {
        results[id] = result
        perform(machine.handle(.finished(id, keeping)))
        if machine.executions[id] == nil { results[id] = nil }
    }

    /// Whether the assignment's parameters will be needed yet.
    private func isAwaitingStart(_ id: ExecutionID) -> Bool {
        switch machine.executions[id]?.phase {
        case .waiting, .running(.startAgain): true
        case .interrupted, .running(.report), .running(.discard), .finished, nil: false
        }
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

    private func log(_ level: Logger.Level, _ text: String, _ id: String, _ reason: String) {
        logger.log(level, "\(text)", [.execution: id, .reason: reason])
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

extension AssignmentStateMachine.Effect {
    /// Which execution it is about.
    fileprivate var execution: ExecutionID {
        switch self {
        case .accept(let id), .start(let id), .cancel(let id), .send(let id), .drop(let id): id
        }
    }
}
