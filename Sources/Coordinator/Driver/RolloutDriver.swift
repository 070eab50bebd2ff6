import Conduct
import Daemon
import Foundation
import Logging
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf

/// Which rollouts are at work: begins them, takes them up again after a restart, and brings them
/// what agents report.
actor RolloutDriver {
    private struct Work {
        var run: RolloutRun
        var task: Task<Void, Never>
    }

    private let surroundings: DriverSurroundings
    private var works: [RolloutID: Work] = [:]
    private var beginning: RolloutID?
    private var observation: UInt64?

    /// Drives nothing yet.
    init(_ surroundings: DriverSurroundings) {
        self.surroundings = surroundings
    }

    /// Takes up every rollout that has no end.
    func resume() async throws(StoreFailure) {
        let rows = try await surroundings.store.read { db throws in
            try RolloutTable.unfinished(in: db)
        }
        for row in rows {
            let begun = WallClock.monotonic()
            let run = try await RolloutRun(row, surroundings: surroundings)
            let took = WallClock.monotonic() - begun
            surroundings.logger.note(
                "A rollout goes on",
                [.rollout: row.id, .milliseconds: "\(took)"]
            )
            work(on: run)
        }
        observation = surroundings.registry.observe { [weak self] change in
            guard case .connected(let session) = change else { return }
            Task { await self?.cancelStrays(of: session) }
        }
    }

    /// Stops what an agent still has of rollouts that are over; their own runs see to the others.
    private func cancelStrays(of session: NodeRegistry.Session) {
        for name in session.unfinished {
            let execution = ExecutionID(name)
            guard run(of: execution) == nil else { continue }
            surroundings.registry.send(.cancel(execution), to: session.node)
        }
    }

    /// Begins a rollout; when this returns, a crash would only delay it.
    func begin(_ row: RolloutRow, id: RolloutID) async throws(StartRefusal) {
        try await demandIdle()
        beginning = id
        defer { beginning = nil }
        do {
            try await surroundings.store.write { db throws in try RolloutTable.add(row, in: db) }
            let run = try await RolloutRun(row, surroundings: surroundings)
            surroundings.logger.note(
                "A rollout begins",
                [.rollout: row.id, .cluster: row.cluster]
            )
            surroundings.events.note(
                .rolloutStarted(row.id, digest: row.digest, at: surroundings.now())
            )
            work(on: run)
        } catch {
            throw .store(error)
        }
    }

    /// Fails where a rollout is at work. One whose end is told, but not noted yet, is waited for: who
    /// has just seen it end may start the next.
    func demandIdle() async throws(StartRefusal) {
        for work in works.values where work.run.phase.isEnd { await work.task.value }
        if let beginning { throw .alreadyRunning(beginning) }
        guard let (id, work) = works.first else { return }
        if case .paused = work.run.phase { throw .paused(id) }
        throw .alreadyRunning(id)
    }

    /// Tells a rollout what an operator wants of it, and waits until what comes of it is durable;
    /// whether it is at work.
    func ask(_ wish: OperatorWish, of id: RolloutID) async -> Bool {
        guard let run = works[id]?.run else { return false }
        await run.ask(wish)
        return true
    }

    /// How far the rollouts at work are.
    var phases: [RolloutID: RolloutPhase] { works.mapValues(\.run.phase) }

    /// Takes an agent's result in; whether a rollout is at work that will answer for it.
    func report(_ report: StepReport, from node: HostID) throws(ForeignExecution) -> Bool {
        guard let run = run(of: report.execution) else { return false }
        return try run.report(report, from: node)
    }

    /// Tells those who watch a line of a running step.
    func line(
        _ text: String,
        of execution: ExecutionID,
        from node: HostID
    )
        throws(ForeignExecution)
    {
        try run(of: execution)?.line(text, of: execution, from: node)
    }

    /// Lets all go where they are, as a crash would. The next start goes on from there.
    func stop() async {
        if let observation { surroundings.registry.stopObserving(observation) }
        let tasks = works.values.map(\.task)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        works = [:]
    }

    private func run(of execution: ExecutionID) -> RolloutRun? {
        execution.parts.flatMap { RolloutID($0.rollout) }.flatMap { works[$0]?.run }
    }

    private func work(on run: RolloutRun) {
        let task = Task {
            await run.run()
            done(run.id)
        }
        works[run.id] = Work(run: run, task: task)
    }

    /// Agents that came when it was over, and not gone yet, have heard nothing of it.
    private func done(_ id: RolloutID) {
        works[id] = nil
        for session in surroundings.registry.sessions.values { cancelStrays(of: session) }
    }
}

extension RolloutPhase {
    /// Whether it is over.
    fileprivate var isEnd: Bool {
        if case .ended = self { true } else { false }
    }
}
