import Plan
import RolloutEngine
import Testing

/// Pausing, resuming, and what a failure means under each policy.
@Suite struct PauseTests {
    private let hopeless = ExecutionOutcome.failed(StepFailure("wrong hash", isPermanent: true))

    @Test func `a paused rollout begins nothing, and takes in what runs`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        let decision = driven.send(.pauseRequested(at: 1500))
        #expect(decision.records == [.paused(.requested, at: 1500)])
        _ = driven.finish("s.name")
        _ = driven.finish("a.name")
        _ = driven.finish("b.name")
        #expect(driven.assigned.isEmpty)
        #expect(driven.rollout.state.phase == .paused(.requested))
        #expect(driven.send(.pauseRequested(at: 2100)).records.isEmpty)

        let resumed = driven.send(.resumeRequested(at: 3000))
        #expect(resumed.records.first == .resumed(at: 3000))
        #expect(driven.assigned[execution("s.k3s")] != nil)
        #expect(driven.send(.resumeRequested(at: 3100)).records.isEmpty)
    }

    @Test func `an attempt that fails while paused is tried again only when resumed`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.pauseRequested(at: 1500))
        _ = driven.finish("a.name", 1, .failed(StepFailure("no route")))
        driven.send(.clockAdvanced(to: 90_000))
        #expect(driven.assigned[execution("a.name", 2)] == nil)
        driven.send(.resumeRequested(at: 90_000))
        #expect(driven.assigned[execution("a.name", 2)] != nil)
    }

    @Test func `agents that are away are not missed while paused`() throws {
        var driven = try Driven(threeHosts())
        driven.send(.began(at: 1000))
        driven.send(.pauseRequested(at: 1000))
        #expect(driven.send(.clockAdvanced(to: 10_000_000)).records.isEmpty)
        driven.send(.resumeRequested(at: 10_000_000))
        #expect(driven.send(.clockAdvanced(to: 10_599_999)).records.isEmpty)
        #expect(!driven.send(.clockAdvanced(to: 10_600_000)).records.isEmpty)
    }

    @Test func `under pause a failure halts all, and resuming tries again what failed`() throws {
        var driven = try Driven(threeHosts(), failure: .pause)
        driven.beginWithAll()
        let failed = driven.finish("a.name", 1, hopeless)
        #expect(failed.records.last == .paused(.failure, at: 2000))
        _ = driven.finish("s.name")
        _ = driven.finish("b.name")
        #expect(driven.rollout.state.outcome == nil)
        #expect(driven.assigned.isEmpty)

        driven.restart(at: 4000)
        #expect(driven.rollout.state.phase == .paused(.failure))
        for name in ["s", "a", "b"] {
            driven.send(.agentConnected(host(name), unfinished: [], at: 4000))
        }
        driven.send(.resumeRequested(at: 5000))
        #expect(Set(driven.assigned.keys) == [execution("a.name", 2), execution("s.k3s")])
        #expect(driven.rollout.state.counts.failed == 0)
    }

    @Test func `a resumed step has all its attempts again`() throws {
        var driven = try Driven(StepGraph([node("a.x", on: "a")]), attempts: 2, failure: .pause)
        driven.send(.began(at: 0))
        driven.send(.agentConnected(host("a"), unfinished: [], at: 0))
        let passing = ExecutionOutcome.failed(StepFailure("no route"))
        var now: Int64 = 0
        for attempt in 1...4 {
            now += 100_000
            driven.send(.clockAdvanced(to: now))
            let records = driven.finish("a.x", attempt, passing, at: now).records
            let isFinal = attempt.isMultiple(of: 2)
            #expect(records.contains(.paused(.failure, at: now)) == isFinal, "attempt \(attempt)")
            if isFinal { driven.send(.resumeRequested(at: now)) }
        }
        #expect(driven.assigned[execution("a.x", 5)] != nil)
    }

    @Test func `a paused rollout can be cancelled`() throws {
        var driven = try Driven(threeHosts(), failure: .pause)
        driven.beginWithAll()
        _ = driven.finish("a.name", 1, hopeless)
        _ = driven.finish("s.name")
        _ = driven.finish("b.name")
        let last = driven.send(.cancelRequested(at: 9000))
        #expect(last.effects == [.finish(.cancelled)])
    }

    @Test func `under continue all goes on that does not need what failed`() throws {
        var driven = try Driven(threeHosts(), failure: .continue)
        driven.beginWithAll()
        _ = driven.finish("a.name", 1, hopeless)
        for step in ["s.name", "b.name", "s.k3s", "b.token"] { _ = driven.finish(step) }
        #expect(driven.assigned[execution("a.token")] == nil)
        let last = driven.finish("b.k3s")
        #expect(last.effects == [.finish(.failed)])
        #expect(driven.rollout.state.steps[StepID("a.k3s")] == .skipped)
        #expect(driven.rollout.state.counts == (changed: 5, unchanged: 0, failed: 1))
    }

    @Test func `under continue so many failed hosts end the rollout`() throws {
        var driven = try Driven(threeHosts(), failure: .continue, failedHosts: 2)
        driven.beginWithAll()
        _ = driven.finish("a.name", 1, hopeless)
        _ = driven.finish("s.name")
        #expect(driven.assigned[execution("s.k3s")] != nil)
        _ = driven.finish("b.name", 1, hopeless)
        let last = driven.finish("s.k3s")
        #expect(last.effects == [.finish(.failed)])
    }

    @Test func `a group of hosts has a bound of its own`() throws {
        let group = HostGroup(hosts: [host("s"), host("b")], parallelism: 1)
        var driven = try Driven(threeHosts(), groups: [group])
        driven.beginWithAll()
        #expect(Set(driven.assigned.values.map(\.subject)) == [host("s"), host("a")])
        _ = driven.finish("s.name")
        #expect(
            driven.assigned[execution("s.k3s")] != nil
                || driven.assigned[execution("b.name")] != nil
        )
        #expect(
            Set(driven.assigned.values.map(\.subject)).intersection([host("s"), host("b")]).count
                == 1
        )
    }
}
