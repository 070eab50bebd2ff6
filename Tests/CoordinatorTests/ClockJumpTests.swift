import Conduct
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Synchronization
import Testing

@testable import Coordinator

/// The coordinator's wall clock is put right, or wrong, while it works.
@Suite(.timeLimit(.minutes(4))) struct ClockJumpTests {
    private static let day: Int64 = 86_400_000

    @Test func `a clock that jumps ahead ends no step that runs`() async throws {
        let (bench, clock) = try await Self.bench()
        let held = "tokyo.k3s-server"
        let agents = bench.agents { $0.stepID == held ? nil : FakeAgents.changed($0) }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        try await bench.until { agents.asked.contains { $0.execution.contains(held) } }
        let asked = try #require(agents.asked.first { $0.execution.contains(held) })

        clock.advance(by: Self.day)
        try await Self.look(at: bench, id)
        let result = WireStepResult.with {
            $0.executionID = asked.execution
            $0.changed.changes = .init("[]".utf8)
        }
        #expect(try await bench.driver.report(StepReport(result), from: asked.node))
        let events = try await bench.events(of: id)
        #expect(events.ending?.outcome == .succeeded)
        #expect(events.states[held] == [.running, .changed])
    }

    @Test func `a clock that jumps back holds up no step that waits to be tried again`()
        async throws
    {
        let (bench, clock) = try await Self.bench()
        let isFirst = Mutex(true)
        let agents = bench.agents { assignment in
            isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
                ? FakeAgents.failed(assignment, "the disk is busy")
                : FakeAgents.changed(assignment)
        }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        try await bench.until { try await bench.hasPlannedRetry(of: id) }
        clock.advance(by: -Self.day)
        try await Self.look(at: bench, id)
        #expect(try await bench.events(of: id).ending?.outcome == .succeeded)
    }

    @Test func `a clock that went back while the coordinator was away holds up nothing`()
        async throws
    {
        let (bench, clock) = try await Self.bench()
        clock.advance(by: Self.day)
        let agents = bench.agents { FakeAgents.failed($0, "the disk is busy") }
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        try await bench.until { try await bench.hasPlannedRetry(of: id) }
        await bench.driver.stop()

        let second = try await DriverBench(bench.folder)
        try await second.driver.resume()
        let mended = second.agents()
        for host in second.hosts { mended.connect(host) }
        #expect(try await second.events(of: id).ending?.outcome == .succeeded)
    }

    private static func bench() async throws -> (DriverBench, MovableClock) {
        let clock = MovableClock()
        return (try await DriverBench(TemporaryFolder(), now: { clock.now }), clock)
    }

    /// Makes a rollout look at the time.
    private static func look(at bench: DriverBench, _ id: RolloutID) async throws {
        #expect(await bench.driver.ask(.pause, of: id))
        #expect(await bench.driver.ask(.resume, of: id))
    }
}

extension DriverBench {
    fileprivate func hasPlannedRetry(of id: RolloutID) async throws -> Bool {
        try await journal(of: id).contains {
            if case .retryPlanned = try $0.decoded() { true } else { false }
        }
    }
}
