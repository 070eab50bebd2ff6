import Conduct
import Foundation
import GRDB
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Synchronization
import Testing

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct RolloutDriverTests {
    @Test func `a rollout runs every step once and tells about it in order`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let events = try await bench.events(of: bench.begin())
        guard case .started(let started)? = events.first?.event else {
            Issue.record("the first event is \(String(describing: events.first))")
            return
        }
        #expect(started.steps.count == agents.asked.count)
        #expect(Set(agents.asked.map(\.execution)).count == agents.asked.count)
        #expect(events.ending?.outcome == .succeeded)
        #expect(events.ending?.changed == Int32(started.steps.count))
        #expect(events.map(\.number) == events.map(\.number).sorted())
        #expect(events.states.values.allSatisfy { $0 == [.running, .changed] })
        try await bench.until { agents.receipts.count == started.steps.count }
    }

    @Test func `a secret reaches the step that needs it and no journal`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        _ = try await bench.events(of: id)
        let join = try #require(agents.asked.first { $0.execution.contains(".k3s-agent.") })
        #expect(join.inputs["token"] == Data("K10-of-seoul.k3s-join-token".utf8))
        for row in try await bench.journal(of: id) {
            #expect(row.record.firstRange(of: Data("K10-of".utf8)) == nil)
        }
        #expect(!bench.log.lines.contains { $0.contains("K10-of") })
        let left = try await bench.store.read { db in
            try StepOutputTable.all(of: id.description, in: db)
        }
        #expect(left.isEmpty)
    }

    @Test func `a watcher goes on after the last event it saw`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents(answer: FakeAgents.unchanged)
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        let all = try await bench.events(of: id)
        let half = all[all.count / 2].number
        let rest = try await bench.events(of: id, after: half)
        #expect(rest == all.filter { $0.number > half })
        #expect(try await bench.events(of: id, after: .max).isEmpty)
    }

    @Test func `a step that fails for good ends the rollout where the plan says so`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { assignment in
            assignment.stepID == "tokyo.k3s-server"
                ? FakeAgents.failed(assignment, "no disk", permanent: true)
                : FakeAgents.changed(assignment)
        }
        for host in bench.hosts { agents.connect(host) }
        let events = try await bench.events(of: bench.begin(failure: .abort))
        #expect(events.ending?.outcome == .failed)
        #expect(events.ending?.failed == 1)
        #expect(events.states["tokyo.k3s-server"] == [.running, .failed])
        #expect(events.states["seoul.k3s-agent"] == [.skipped])
    }

    @Test func `a failure pauses a rollout, and what failed is tried again when resumed`()
        async throws
    {
        let bench = try await DriverBench()
        let isMended = Mutex(false)
        let agents = bench.agents { assignment in
            assignment.stepID == "tokyo.k3s-server" && !isMended.withLock { $0 }
                ? FakeAgents.failed(assignment, "no disk", permanent: true)
                : FakeAgents.changed(assignment)
        }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        let halted = try await bench.events(of: id)
        #expect(halted.ending?.outcome == .paused)
        #expect(halted.ending?.failed == 1)
        #expect(halted.states["seoul.k3s-agent"] == nil)
        #expect(await bench.driver.phases[id] == .paused(.failure))
        await #expect(throws: StartRefusal.paused(id)) { try await bench.driver.demandIdle() }

        isMended.withLock { $0 = true }
        #expect(await bench.driver.ask(.resume, of: id))
        // Who watches it next must not find it paused.
        #expect(await bench.driver.phases[id] != .paused(.failure))
        let all = try await bench.events(of: id)
        #expect(all.ending?.outcome == .succeeded)
        #expect(all.ending?.failed == 0)
        #expect(all.states["tokyo.k3s-server"] == [.running, .failed, .running, .changed])
    }

    @Test func `lines of a running step reach those who watch`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { _ in nil }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        try await bench.until { !agents.asked.isEmpty }
        let stream = try #require(bench.watchers.follow(id.description))
        let asked = try #require(agents.asked.first)
        try await bench.driver.line(
            "unpacking",
            of: ExecutionID(asked.execution),
            from: asked.node
        )
        for await news in stream {
            guard case .line(let step, let text) = news else { continue }
            #expect(text == "unpacking")
            #expect(asked.execution.contains(step.description))
            break
        }
        await bench.driver.stop()
    }

    @Test func `an agent cannot answer for another`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { _ in nil }
        for host in bench.hosts { agents.connect(host) }
        try await bench.begin()
        try await bench.until { !agents.asked.isEmpty }
        let asked = try #require(agents.asked.first)
        let other = try #require(bench.hosts.first { $0 != asked.node })
        let report = StepReport(
            .with {
                $0.executionID = asked.execution
                $0.unchanged = WireStepUnchanged()
            }
        )
        await #expect(throws: ForeignExecution.self) {
            try await bench.driver.report(report, from: other)
        }
        await bench.driver.stop()
    }

    @Test func `a late result of an unknown rollout is for nobody`() async throws {
        let bench = try await DriverBench()
        let report = StepReport(.with { $0.executionID = "r-12345678.tokyo.hostname.1" })
        #expect(try await !bench.driver.report(report, from: bench.hosts[0]))
        let nonsense = StepReport(.with { $0.executionID = "?" })
        #expect(try await !bench.driver.report(nonsense, from: bench.hosts[0]))
    }

    @Test func `only one rollout runs at a time`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { _ in nil }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        await #expect(throws: StartRefusal.alreadyRunning(id)) {
            try await bench.begin(RolloutID(random: 2))
        }
        await bench.driver.stop()
    }

    @Test func `a cancelled rollout waits for what runs and begins no more`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { _ in nil }
        let tasks = bench.hosts.map { agents.connect($0) }
        let id = try await bench.begin()
        try await bench.until { agents.asked.count == 2 }
        #expect(await bench.driver.ask(.cancel, of: id))
        for asked in agents.asked {
            let report = StepReport(
                .with {
                    $0.executionID = asked.execution
                    $0.failed = .with { $0.message = "cancelled" }
                }
            )
            _ = try await bench.driver.report(report, from: asked.node)
        }
        let events = try await bench.events(of: id)
        #expect(events.ending?.outcome == .cancelled)
        #expect(agents.asked.count == 2)
        #expect(await !bench.driver.ask(.cancel, of: RolloutID(random: 9)))
        for task in tasks { task.cancel() }
    }

    @Test func `nothing begins while the journal cannot be written`() async throws {
        let bench = try await DriverBench()
        try await bench.store.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON journal
                    BEGIN SELECT RAISE(FAIL, 'no room'); END
                    """
            )
        }
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        try await bench.until { bench.log.lines.contains { $0.contains("waits for its journal") } }
        #expect(agents.asked.isEmpty)
        try await bench.store.write { db in try db.execute(sql: "DROP TRIGGER full") }
        #expect(try await bench.events(of: id).ending?.outcome == .succeeded)
    }

    /// Cuts the journal after every record, as a crash at that moment would have left it, and lets
    /// a new coordinator go on. Agents that had finished more hand it in again.
    @Test func `a crash after any record changes nothing about the end`() async throws {
        let whole = try await DriverBench()
        let agents = whole.agents()
        for host in whole.hosts { agents.connect(host) }
        let id = try await whole.begin()
        let expected = try #require(try await whole.events(of: id).ending)
        let journal = try await whole.journal(of: id)
        let row = try await whole.prepared().row(id, at: 1)
        #expect(journal.count > 20)
        for length in 0..<journal.count {
            let bench = try await DriverBench()
            try await bench.restore(row, journal: Array(journal.prefix(length)))
            let agents = bench.agents()
            try await bench.driver.resume()
            for host in bench.hosts { agents.connect(host) }
            let ending = try await bench.events(of: id).ending
            #expect(ending == expected, "after \(length) records")
            let finished = Set(try journal.prefix(length).compactMap { try $0.decoded().endedKey })
            #expect(finished.isDisjoint(with: agents.asked.map(\.execution)))
        }
    }

    @Test func `the last record and the noted end are durable together`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        _ = try await bench.events(of: id)
        let unfinished = try await bench.store.read { db in try RolloutTable.unfinished(in: db) }
        #expect(unfinished.isEmpty)
    }
}

extension DriverBench {
    /// Makes the store what it was when the journal was this long. The outputs of the steps that
    /// had ended are those that the fake agents make.
    func restore(_ row: RolloutRow, journal: [JournalRow]) async throws {
        try await store.write { db in
            try RolloutTable.add(row, in: db)
            try JournalTable.append(journal, rollout: row.id, in: db)
            for entry in journal {
                guard case .ended(_, let step, .changed, _) = try entry.decoded(),
                    step.description.hasSuffix("k3s-join-token")
                else { continue }
                try StepOutputTable.keep(
                    [OutputReference(step: step, name: "token"): Secret("K10-of-\(step)")],
                    rollout: row.id,
                    in: db
                )
            }
        }
    }
}

extension JournalRecord {
    fileprivate var endedKey: String? {
        guard case .ended(let execution, _, _, _) = self else { return nil }
        return execution.description
    }
}
