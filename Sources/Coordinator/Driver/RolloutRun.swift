import Conduct
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
    /// Something that happened.
    private struct Arrival: Sendable {
        var content: RolloutConduct.Arrival
        /// Which of the waiting operators it comes from.
        var asker: UInt64?

        init(_ event: RolloutEvent, asker: UInt64? = nil) {
            content = RolloutConduct.Arrival(event)
            self.asker = asker
        }

        init(_ change: NodeRegistry.Change, at now: Int64) {
            switch change {
            case .connected(let session):
                content = RolloutConduct.Arrival(
                    session.node,
                    unfinished: Set(session.unfinished.map { ExecutionID($0) }),
                    session: session.number,
                    at: now
                )
            case .disconnected(let node):
                content = RolloutConduct.Arrival(.agentDisconnected(node, at: now))
            }
        }

        init(_ report: StepReport, from node: HostID, at now: Int64) {
            content = RolloutConduct.Arrival(report, from: node, at: now)
        }
    }

    /// The rollout's key.
    nonisolated let id: RolloutID
    private nonisolated let arrivals: AsyncStream<Arrival>
    private nonisolated let inbox: AsyncStream<Arrival>.Continuation
    private nonisolated let executors: [StepID: HostID]
    private nonisolated let surroundings: DriverSurroundings
    private nonisolated let clock: RolloutClock
    private nonisolated let told: Mutex<RolloutPhase>

    private var conduct: RolloutConduct
    private var lastNumber: Int64
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
        self.surroundings = surroundings
        clock = RolloutClock(at: surroundings.now(), notBefore: records.map(\.at).max())
        surroundings.logs.learn(outputs.values, of: row.id)
        lastNumber = journal.last?.number ?? 0
        executors = Dictionary(
            frozen.graph.steps.map { ($0.id, $0.executor) },
            uniquingKeysWith: { first, _ in first }
        )
        conduct = RolloutConduct(
            id: id,
            frozen: frozen,
            seed: UInt64.random(in: 0 ... .max),
            replaying: records,
            outputs: outputs
        )
        told = Mutex(conduct.state.phase)
        (arrivals, inbox) = AsyncStream.makeStream(of: Arrival.self)
    }

    /// Works until the rollout has ended or the task is cancelled.
    func run() async {
        let observation = surroundings.registry.observe { [inbox, now = clock.now] in
            inbox.yield(Arrival($0, at: now()))
        }
        defer {
            surroundings.registry.stopObserving(observation)
            timer?.cancel()
        }
        if conduct.state.hasBegun {
            for action in conduct.pendingActions(at: clock.now()) { await perform(action) }
        } else {
            inbox.yield(Arrival(.began(at: clock.now())))
        }
        while conduct.state.outcome == nil, let arrival = await next() {
            await handle(arrival)
        }
        inbox.finish()
        while let late = await next() { await handle(late) }
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
            inbox.yield(Arrival(wish.event(at: clock.now()), asker: asker))
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
        surroundings.logs.learn(report.outputs.values, of: id.description)
        let arrival = Arrival(report, from: node, at: clock.now())
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
        guard let step = try step(of: execution, from: node),
            let attempt = execution.parts?.attempt,
            // What a look says is nothing that happens.
            attempt > 0
        else { return }
        let shown = surroundings.logs.note(
            text,
            of: step,
            attempt: attempt,
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
        let turn = conduct.take(arrival.content)
        guard await keep(turn.records, turn.outputs) else { return }
        if let asker = arrival.asker { askers.removeValue(forKey: asker)?.resume() }
        for action in turn.actions { await perform(action) }
    }

    /// Makes records durable, with the outputs of the execution whose end they tell; with the last
    /// record all outputs go. A store that refuses is asked again until it takes them: nothing may
    /// begin before.
    private func keep(
        _ records: [JournalRecord],
        _ outputs: [OutputReference: Secret]
    ) async -> Bool {
        guard !records.isEmpty else { return true }
        let number = lastNumber
        let rollout = id.description
        let end = conduct.state.outcome.map { ($0, RolloutTally(conduct.state)) }
        let now = clock.now()
        while !Task.isCancelled {
            do {
                let rows = try JournalRow.encoded(records, after: number)
                try await surroundings.store.write { db throws in
                    try JournalTable.append(rows, rollout: rollout, in: db)
                    try StepOutputTable.keep(outputs, rollout: rollout, in: db)
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
        lastNumber += Int64(records.count)
        let phase = conduct.state.phase
        told.withLock { $0 = phase }
        for (offset, record) in records.enumerated() {
            surroundings.watchers.publish(.record(number + Int64(offset) + 1, record), of: rollout)
            if let event = ClusterEvent(record, of: rollout) { surroundings.events.note(event) }
        }
        return true
    }

    private func perform(_ action: RolloutConduct.Action) async {
        switch action {
        case .send(let message, let node, let session):
            surroundings.registry.send(message, to: node, over: session)
        case .acknowledge(let message, let node):
            surroundings.registry.send(message, to: node)
        case .wake(let at):
            wake(at: at)
        case .finish(let outcome):
            await finish(outcome)
        }
    }

    private func wake(at time: Int64) {
        timer?.cancel()
        timer = Task { [inbox, now = clock.now] in
            let delay = Duration.milliseconds(max(0, time - now()))
            guard (try? await Task.sleep(for: delay, clock: .continuous)) != nil else { return }
            inbox.yield(Arrival(.clockAdvanced(to: max(time, now()))))
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

extension JournalRow {
    /// The engine's record.
    func decoded() throws(StoreFailure) -> JournalRecord {
        do {
            return try JournalRecord(encoded: record)
        } catch {
            throw .corrupt("journal record \(number) cannot be read: \(error)")
        }
    }

    /// Records as rows, numbered on from `number`.
    static func encoded(_ records: [JournalRecord], after number: Int64) throws -> [JournalRow] {
        try records.enumerated().map { offset, record in
            JournalRow(
                number: number + Int64(offset) + 1,
                at: record.at,
                record: try record.encoded()
            )
        }
    }
}
