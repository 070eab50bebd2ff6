import Foundation
import Plan
import Protocol
import RolloutEngine
import Steps
import Testing

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct DryRunTests {
    @Test func `nothing to change is said of every step and nothing is kept`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents(answer: FakeAgents.unchanged)
        for host in bench.hosts { agents.connect(host) }
        let events = try await dryRun(bench)
        #expect(events.ending?.outcome == .succeeded)
        #expect(events.ending?.changed == 0)
        #expect(events.ending?.unchanged == Int32(agents.asked.count))
        #expect(agents.asked.allSatisfy { $0.mode == .check })
        #expect(events.map(\.number) == Array(1...Int64(events.count)))
        let kept = try await bench.store.read { db in try RolloutTable.latest(10, in: db) }
        #expect(kept.isEmpty)
    }

    @Test func `what cannot be known before earlier steps is no failure`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { assignment in
            switch assignment.kind {
            case "hostname", "wireguard-tools", "artifact": FakeAgents.unchanged(assignment)
            case "k3s-server": FakeAgents.changed(assignment)
            default: FakeAgents.failed(assignment, "k3s: no such program")
            }
        }
        for host in bench.hosts { agents.connect(host) }
        let events = try await dryRun(bench)
        #expect(events.ending?.outcome == .succeeded)
        #expect(events.ending?.failed == 0)
        #expect(events.states["seoul.k3s-agent"] == [.changed])
        #expect(events.states["tokyo.hostname"] == [.unchanged])
        let message = events.compactMap { event -> String? in
            guard case .step(let step)? = event.event, step.stepID == "tokyo.nodes-ready" else {
                return nil
            }
            return step.message
        }
        #expect(message.first?.contains("once the steps before it are done") == true)
        #expect(message.first?.contains("no such program") == true)
    }

    @Test func `a check that fails for itself is a failure and ends what needs it`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { assignment in
            assignment.stepID == "tokyo.hostname"
                ? FakeAgents.failed(assignment, "no hostnamectl")
                : FakeAgents.unchanged(assignment)
        }
        for host in bench.hosts { agents.connect(host) }
        let events = try await dryRun(bench)
        #expect(events.ending?.outcome == .failed)
        #expect(events.states["tokyo.hostname"] == [.failed])
        #expect(events.states["tokyo.wireguard-tools"] == [.skipped])
    }

    @Test func `an agent that goes away fails its checks at once`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { _ in nil }
        let tasks = bench.hosts.map { agents.connect($0) }
        let prepared = try await bench.prepared()
        async let events = dryRun(bench, prepared)
        try await bench.until { agents.asked.count == 2 }
        for task in tasks { task.cancel() }
        #expect(try await events.ending?.outcome == .failed)
    }

    @Test func `what is disturbed is told with the change that does it`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents { assignment in
            switch assignment.kind {
            case "k3s-server":
                FakeAgents.changed(assignment, [.unit(action: "restart", unit: "k3s.service")])
            case "k3s-agent":
                FakeAgents.changed(assignment, [.unit(action: "start", unit: "k3s-agent.service")])
            default: FakeAgents.unchanged(assignment)
            }
        }
        for host in bench.hosts { agents.connect(host) }
        let disturbed = try await dryRun(bench).compactMap { event -> String? in
            guard case .step(let step)? = event.event, !step.disruption.isEmpty else { return nil }
            return "\(step.stepID) \(step.disruption)"
        }
        #expect(disturbed == ["tokyo.k3s-server serviceRestart"])
    }

    private func dryRun(
        _ bench: DriverBench,
        _ prepared: PreparedRollout? = nil
    ) async throws
        -> [WireRolloutEvent]
    {
        var events: [WireRolloutEvent] = []
        try await bench.dryRun(prepared).run { events.append($0) }
        return events
    }
}
