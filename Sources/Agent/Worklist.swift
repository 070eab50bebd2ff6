import Daemon
package import Logging
package import Plan
package import Protocol
import SwiftProtobuf

/// What an agent does about its assignments, but for the doing: carries out what
/// `AssignmentStateMachine` decides as far as the journal, and spells out every message. It knows
/// neither task nor socket nor clock; what is left to its driver comes back as actions.
package struct Worklist {
    /// What the driver does, in order. Whatever had to be durable before is.
    package enum Action: Sendable {
        /// Hand it to the session that counts, if there is one.
        case send(WireAgentMessage)
        /// Run it, and say `ended`.
        case start(WireStepAssignment)
        /// Cancel it where it runs; its end is still told by `ended`.
        case stop(ExecutionID)
    }

    private(set) var machine: AssignmentStateMachine
    private let journal: ExecutionJournal
    private let logger: Logger
    private let looksAtOnce: Int
    /// What waits to begin, with its secrets.
    private var assigned: [ExecutionID: WireStepAssignment] = [:]
    private var results: [ExecutionID: WireStepResult] = [:]
    private var running: Set<ExecutionID> = []
    /// How many of them only look.
    private var looking = 0
    /// Checks that wait for others to end, in order.
    private var lookingLater: [WireStepAssignment] = []
    /// The link over which the coordinator listens.
    private var link: LinkSuccession.Number?

    /// Takes up what an earlier process left in the journal.
    ///
    /// - Parameters:
    ///   - journal: What is on the disk.
    ///   - logger: Where refusals and a disk's failures go.
    ///   - looksAtOnce: How many checks run at once; a coordinator may ask for hundreds, of which each
    ///     may start a program.
    package init(journal: ExecutionJournal, logger: Logger, looksAtOnce: Int = 8) {
        self.journal = journal
        self.logger = logger
        self.looksAtOnce = looksAtOnce
        let entries = journal.load()
        machine = AssignmentStateMachine(
            replaying: entries.map { $0.result == nil ? .intent($0.id) : .result($0.id) }
        )
        for entry in entries { results[entry.id] = entry.result }
    }

    /// What the hello names.
    package var unfinished: [String] { machine.unfinished.map(\.description) }

    /// Executions whose results wait for a receipt.
    package var unreported: [String] {
        machine.executions.keys.filter(isFinished).map(\.description)
    }

    /// The coordinator listens at this link's other end, and at no other: results that it has not
    /// acknowledged are sent.
    package mutating func linkUp(_ number: LinkSuccession.Number) -> [Action] {
        link = number
        return perform(.linkUp)
    }

    /// Nobody listens at this link's other end any more; where another has taken its place, that
    /// changes nothing.
    package mutating func linkDown(_ number: LinkSuccession.Number) -> [Action] {
        guard link == number else { return [] }
        link = nil
        return perform(.linkDown)
    }

    /// The coordinator wants a step done or looked at. What it wanted done when it spoke over an earlier
    /// link, it has said again over this one; by now that may be finished and forgotten.
    ///
    /// - Parameters:
    ///   - assignment: What it said.
    ///   - number: The link it said it over.
    ///   - objection: Why the server's owner does not allow the step; nothing where it is allowed.
    /// - Returns: What the driver does.
    package mutating func assign(
        _ assignment: WireStepAssignment,
        over number: LinkSuccession.Number,
        objection: (WireStepAssignment) -> StepFailure?
    ) -> [Action] {
        do throws(StepFailure) {
            let (id, mode) = try Self.read(assignment)
            guard link == number || mode == .check else { return [] }
            if !isFinished(id), let failure = objection(assignment) { throw failure }
            assigned[id] = assignment
            let actions = perform(.assigned(id, mode))
            if !isAwaitingStart(id) { assigned[id] = nil }
            return actions
        } catch {
            return refuse(assignment.executionID, error)
        }
    }

    /// The coordinator no longer wants a step done.
    package mutating func cancel(_ text: String) -> [Action] {
        guard let id = ExecutionID(text) else { return [] }
        return perform(.cancelled(id))
    }

    /// The coordinator has a result on its disk.
    package mutating func acknowledge(_ text: String) -> [Action] {
        guard let id = ExecutionID(text) else { return [] }
        return perform(.receipt(id))
    }

    /// What was started has ended. A result with secrets is kept in memory only.
    package mutating func ended(_ id: ExecutionID, _ result: WireStepResult) -> [Action] {
        let wasLooking = machine.executions[id]?.mode == .check
        if running.remove(id) != nil, wasLooking { looking -= 1 }
        return finish(id, result, keeping: result.outputs.isEmpty ? .journal : .memory) + lookOn()
    }
}

extension Worklist {
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
        case .apply where id.attempt > 0: return (id, .apply)
        case .apply:
            throw StepFailure(
                "the assignment has no attempt",
                details: [assignment.executionID],
                isPermanent: true
            )
        // An errand leaves no trace either, and its answer is for who asked over this link.
        case .check, .errand: return (id, .check)
        case .unspecified, .UNRECOGNIZED:
            throw StepFailure(
                "the assignment asks for a mode that agent \(Release.version) does not know",
                remedy: "Install the coordinator's version of the agent on this node.",
                isPermanent: true
            )
        }
    }

    /// An execution that an earlier process began, perhaps under another policy, ends by it.
    private mutating func refuse(_ text: String, _ failure: StepFailure) -> [Action] {
        log(.warning, "refused an assignment", text, failure.message)
        let result = StepMessages.failed(text, failure)
        if let id = ExecutionID(text), case .interrupted? = machine.executions[id]?.phase {
            return finish(id, result, keeping: .journal)
        }
        return [.send(.with { $0.result = result })]
    }

    /// Records first, then actions; an execution whose intent could not be recorded does not begin.
    private mutating func perform(_ event: AssignmentStateMachine.Event) -> [Action] {
        let decision = machine.handle(event)
        var unrecorded: [(ExecutionID, StepFailure)] = []
        for record in decision.records {
            guard let failure = write(record) else { continue }
            if case .intent(let id) = record { unrecorded.append((id, failure)) }
        }
        var actions: [Action] = []
        for effect in decision.effects {
            guard !unrecorded.contains(where: { $0.0 == effect.execution }) else { continue }
            actions += begin(effect)
        }
        for (id, failure) in unrecorded {
            assigned[id] = nil
            actions += finish(id, StepMessages.failed("\(id)", failure), keeping: .memory)
        }
        return actions
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

    private mutating func begin(_ effect: AssignmentStateMachine.Effect) -> [Action] {
        switch effect {
        case .accept(let id):
            return [.send(.with { $0.accepted.executionID = "\(id)" })]
        case .start(let id):
            guard let assignment = assigned.removeValue(forKey: id) else { return [] }
            return start(assignment, id)
        case .cancel(let id):
            lookingLater.removeAll { $0.executionID == id.description }
            if running.contains(id) { return [.stop(id)] }
            let failure = StepFailure("cancelled by the coordinator before it ran")
            return finish(id, StepMessages.failed("\(id)", failure), keeping: .journal)
        case .send(let id):
            guard let result = results[id] else { return [] }
            return [.send(.with { $0.result = result })]
        case .drop(let id):
            assigned[id] = nil
            results[id] = nil
            return []
        }
    }

    private mutating func start(_ assignment: WireStepAssignment, _ id: ExecutionID) -> [Action] {
        if machine.executions[id]?.mode == .check {
            guard looking < looksAtOnce else {
                lookingLater.append(assignment)
                return []
            }
            looking += 1
        }
        running.insert(id)
        return [.start(assignment)]
    }

    /// Begins checks that have waited, as many as there is room for.
    private mutating func lookOn() -> [Action] {
        var actions: [Action] = []
        while looking < looksAtOnce, !lookingLater.isEmpty {
            let assignment = lookingLater.removeFirst()
            guard let id = ExecutionID(assignment.executionID) else { continue }
            actions += start(assignment, id)
        }
        return actions
    }

    private mutating func finish(
        _ id: ExecutionID,
        _ result: WireStepResult,
        keeping: AssignmentStateMachine.Keeping
    ) -> [Action] {
        results[id] = result
        let actions = perform(.finished(id, keeping))
        if machine.executions[id] == nil { results[id] = nil }
        return actions
    }

    private func isFinished(_ id: ExecutionID) -> Bool {
        if case .finished? = machine.executions[id]?.phase { true } else { false }
    }

    /// Whether the assignment's parameters will be needed yet.
    private func isAwaitingStart(_ id: ExecutionID) -> Bool {
        switch machine.executions[id]?.phase {
        case .waiting, .running(.startAgain): true
        case .interrupted, .running(.report), .running(.discard), .finished, nil: false
        }
    }

    private func log(_ level: Logger.Level, _ text: String, _ id: String, _ reason: String) {
        logger.log(level, "\(text)", [.execution: id, .reason: reason])
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
