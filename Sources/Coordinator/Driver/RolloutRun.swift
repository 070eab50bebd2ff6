import Daemon
import Foundation
import Logging
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Synchronization

/// One rollout at work. Everything that happens to it stands in one queue; for each event the
/// engine decides, the records are made durable, and only then its effects begin.
actor RolloutRun {
    /// Something that happened, and what is kept and told because of it.
    private struct Arrival: Sendable {
        var event: RolloutEvent
        var outputs: [String: Secret] = [:]
        /// Who waits to hear that the result is durable.
        var reporter: HostID?
        /// Which of the waiting operators it comes from.
        var asker: UInt64?
    }

    /// The rollout's key.
    nonisolated let id: RolloutID
    private nonisolated let arrivals: AsyncStream<Arrival>
    private nonisolated let inbox: AsyncStream<Arrival>.Continuation
    private nonisolated let executors: [StepID: HostID]
    private nonisolated let surroundings: DriverSurroundings
    private nonisolated let clock: RolloutClock
    private nonisolated let told: Mutex<RolloutPhase>

    private let frozen: FrozenRollout
    private var engine: Rollout
    private var lastNumber: Int64
    private var outputs: [OutputReference: Secret]
    private var timer: Task<Void, Never>?
    private var askers: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var lastAsker: UInt64 = 0
    private var isOver = false

    /// Takes a rollout up where its journal ends.
    init(
        _ row: RolloutRow,
        surroundings: DriverSurroundings
    ) async throws(StoreFailure) {
        guard let id = RolloutID(row.id) else { throw .corrupt("'\(row.id)' is no rollout id") }
        let frozen = try FrozenRollout(row.frozen, of: row.id)
        let (journal, outputs) = try await surroundings.store.read { db throws in
            (
                try JournalTable.rows(of: row.id, in: db),
                try StepOutputTable.all(of: row.id, in: db)
            )
        }
        var records: [JournalRecord] = []
        for row in journal { records.append(try row.decoded()) }
        self.id = id
        self.frozen = frozen
        self.surroundings = surroundings
        clock = RolloutClock(at: surroundings.now(), notBefore: records.map(\.at).max())
        self.outputs = outputs
        surroundings.logs.learn(outputs.values, of: row.id)
        lastNumber = journal.last?.number ?? 0
        executors = Dictionary(
            frozen.graph.steps.map { ($0.id, $0.executor) },
            uniquingKeysWith: { first, _ in first }
        )
        engine = Rollout(
            id: id,
            graph: frozen.graph,
            limits: frozen.limits,
            seed: UInt64.random(in: 0 ... .max),
            replaying: records
        )
        told = Mutex(engine.state.phase)
        (arrivals, inbox) = AsyncStream.makeStream(of: Arrival.self)
    }

    /// Works until the rollout has ended or the task is cancelled.
    func run() async {
        let observation = surroundings.registry.observe { [inbox, now = clock.now] in
            inbox.yield(Arrival(event: RolloutEvent($0, at: now())))
        }
        defer {
            surroundings.registry.stopObserving(observation)
            timer?.cancel()
        }
        if engine.state.hasBegun {
            for effect in engine.pendingEffects(at: clock.now()) { await begin(effect) }
        } else {
            inbox.yield(Arrival(event: .began(at: clock.now())))
        }
        while engine.state.outcome == nil, let arrival = await next() {
            await handle(arrival)
        }
        inbox.finish()
        while let late = await next() { acknowledge(late) }
        isOver = true
        for asker in askers.values { asker.resume() }
        askers = [:]
    }

    /// Asks for the end, a pause or its end. Returns once what came of it is durable, so that who
    /// looks next sees it.
    func ask(_ wish: OperatorWish) async {
        guard !isOver else { return }
        lastAsker += 1
        let asker = lastAsker
        await withCheckedContinuation { continuation in
            askers[asker] = continuation
            inbox.yield(Arrival(event: wish.event(at: clock.now()), asker: asker))
        }
    }

    /// Takes an agent's result; its receipt follows once it is durable. False where the rollout has
    /// ended meanwhile, so that nobody here will answer.
    ///
    /// - Throws: `ForeignExecution` where the step is another agent's.
    nonisolated func report(
        _ report: StepReport,
        from node: HostID
    )
        throws(ForeignExecution) -> Bool
    {
        _ = try step(of: report.execution, from: node)
        let event = RolloutEvent.executionEnded(
            report.execution,
            report.outcome,
            at: clock.now()
        )
        surroundings.logs.learn(report.outputs.values, of: id.description)
        let arrival = Arrival(event: event, outputs: report.outputs, reporter: node)
        if case .enqueued = inbox.yield(arrival) { return true }
        return false
    }

    /// Keeps a line of a running step, and tells those who watch, both without secrets.
    nonisolated func line(
        _ text: String,
        of execution: ExecutionID,
        from node: HostID
    )
        throws(ForeignExecution)
    {
        guard let step = try step(of: execution, from: node) else { return }
        let shown = surroundings.logs.note(
            text,
            of: step,
            attempt: execution.parts?.attempt ?? 1,
            rollout: id.description,
            at: clock.now()
        )
        surroundings.watchers.publish(.line(step, shown), of: id.description)
    }

    /// How far it is by its durable records, so that those who watch may know of it already.
    nonisolated var phase: RolloutPhase { told.withLock { $0 } }

    private nonisolated func step(
        of execution: ExecutionID,
        from node: HostID
    )
        throws(ForeignExecution) -> StepID?
    {
        guard let step = execution.parts?.step, let executor = executors[step] else { return nil }
        guard executor == node else { throw ForeignExecution(execution: execution, node: node) }
        return step
    }

    private func next() async -> Arrival? {
        var iterator = arrivals.makeAsyncIterator()
        return await iterator.next(isolation: #isolation)
    }

    private func handle(_ arrival: Arrival) async {
        let decision = engine.handle(arrival.event)
        guard await keep(decision.records, outputs: arrival.outputs) else { return }
        acknowledge(arrival)
        if let asker = arrival.asker { askers.removeValue(forKey: asker)?.resume() }
        for effect in decision.effects { await begin(effect) }
    }

    private func acknowledge(_ arrival: Arrival) {
        guard case .executionEnded(let execution, _, _) = arrival.event,
            let node = arrival.reporter
        else { return }
        let receipt = WireResultReceipt.with { $0.executionID = execution.description }
        surroundings.registry.send(.with { $0.receipt = receipt }, to: node)
    }

    /// Makes records durable, with the outputs of the execution whose end they tell; with the last
    /// record all outputs go. A store that refuses is asked again until it takes them: nothing may
    /// begin before.
    private func keep(_ records: [JournalRecord], outputs: [String: Secret]) async -> Bool {
        guard !records.isEmpty else { return true }
        let number = lastNumber
        let rollout = id.description
        let owner = outputs.isEmpty ? nil : records.lazy.compactMap(\.succeededStep).first
        let end = engine.state.outcome.map { ($0, RolloutTally(engine.state)) }
        let now = clock.now()
        while !Task.isCancelled {
            do {
                let rows = try JournalRow.encoded(records, after: number)
                try await surroundings.store.write { db throws in
                    try JournalTable.append(rows, rollout: rollout, in: db)
                    if let owner {
                        try StepOutputTable.keep(outputs, rollout: rollout, step: owner, in: db)
                    }
                    if let (outcome, tally) = end {
                        try RolloutTable.end(rollout, outcome, tally, at: now, in: db)
                    }
                }
                break
            } catch {
                surroundings.logger.complain(
                    "The rollout waits for its journal",
                    [.rollout: rollout, .error: "\(error)"]
                )
                try? await Task.sleep(for: .seconds(2))
            }
        }
        guard !Task.isCancelled else { return false }
        if let owner { remember(outputs, of: owner) }
        lastNumber += Int64(records.count)
        let phase = engine.state.phase
        told.withLock { $0 = phase }
        for (offset, record) in records.enumerated() {
            surroundings.watchers.publish(.record(number + Int64(offset) + 1, record), of: rollout)
            if let event = ClusterEvent(record, of: rollout) { surroundings.events.note(event) }
        }
        return true
    }

    private func remember(_ made: [String: Secret], of step: StepID) {
        for (name, value) in made { outputs[OutputReference(step: step, name: name)] = value }
    }

    private func begin(_ effect: Effect) async {
        switch effect {
        case .assign(let execution, let step, let timeout):
            assign(execution, step, timeout)
        case .cancel(let execution, let executor):
            let cancel = WireStepCancel.with { $0.executionID = execution.description }
            surroundings.registry.send(.with { $0.cancel = cancel }, to: executor)
        case .wake(let at):
            wake(at: at)
        case .finish(let outcome):
            await finish(outcome)
        }
    }

    private func assign(_ execution: ExecutionID, _ step: StepID, _ timeout: Int64) {
        guard let node = frozen.graph.steps.first(where: { $0.id == step }) else { return }
        var inputs: [String: Secret] = [:]
        for (name, reference) in node.inputs { inputs[name] = outputs[reference] }
        let assignment = frozen.assignment(
            of: step,
            execution: execution.description,
            mode: .apply,
            timeout: timeout,
            inputs: inputs
        )
        guard let assignment else { return }
        surroundings.registry.send(.with { $0.assignment = assignment }, to: node.executor)
    }

    private func wake(at time: Int64) {
        timer?.cancel()
        timer = Task { [inbox, now = clock.now] in
            let delay = Duration.milliseconds(max(0, time - now()))
            guard (try? await Task.sleep(for: delay, clock: .suspending)) != nil else { return }
            inbox.yield(Arrival(event: .clockAdvanced(to: max(time, now()))))
        }
    }

    private func finish(_ outcome: RolloutOutcome) async {
        let rollout = id.description
        surroundings.logger.note(
            "The rollout ended",
            [.rollout: rollout, .outcome: outcome.rawValue]
        )
        await surroundings.logs.finish(rollout)
        do {
            try await surroundings.store.settle()
        } catch {
            surroundings.logger.complain(
                "The store keeps traces of the rollout's secrets until it is next settled",
                [.rollout: rollout, .error: "\(error)"]
            )
        }
        surroundings.watchers.finish(rollout)
    }
}

extension RolloutTally {
    fileprivate init(_ state: RolloutState) {
        let counts = state.counts
        self.init(
            changed: counts.changed,
            unchanged: counts.unchanged,
            failed: counts.failed
        )
    }
}

/// An agent spoke about a step that another agent carries out.
struct ForeignExecution: Error, Sendable, Equatable {
    /// What it spoke about.
    var execution: ExecutionID
    /// Who spoke.
    var node: HostID
}

/// What rollouts work with.
struct DriverSurroundings: Sendable {
    /// Where records become durable.
    let store: Store
    /// The way to the agents.
    let registry: NodeRegistry
    /// Who is told.
    let watchers: RolloutWatchers
    /// What steps say.
    let logs: StepLogs
    /// What happens.
    let events: EventHistory
    /// Where state changes are noted.
    let logger: Logger
    /// The wall clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now
}

extension RolloutEvent {
    fileprivate init(_ change: NodeRegistry.Change, at now: Int64) {
        switch change {
        case .connected(let session):
            let unfinished = Set(session.unfinished.map { ExecutionID($0) })
            self = .agentConnected(session.node, unfinished: unfinished, at: now)
        case .disconnected(let node):
            self = .agentDisconnected(node, at: now)
        }
    }
}

extension JournalRecord {
    /// The step whose execution ended well by this record.
    fileprivate var succeededStep: StepID? {
        switch self {
        case .ended(_, let step, .unchanged, _), .ended(_, let step, .changed, _): step
        case .began, .assigned, .ended, .retryPlanned, .stepFailed, .cancelRequested, .paused,
            .resumed, .skipped, .finished:
            nil
        }
    }
}

extension JournalRow {
    /// The engine's record.
    func decoded() throws(StoreFailure) -> JournalRecord {
        do {
            return try JSONDecoder().decode(JournalRecord.self, from: record)
        } catch {
            throw .corrupt("journal record \(number) cannot be read: \(error)")
        }
    }

    /// Records as rows, numbered on from `number`.
    static func encoded(_ records: [JournalRecord], after number: Int64) throws -> [JournalRow] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try records.enumerated().map { offset, record in
            JournalRow(
                number: number + Int64(offset) + 1,
                at: record.at,
                record: try encoder.encode(record)
            )
        }
    }
}
