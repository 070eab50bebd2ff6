import Plan
import RolloutEngine
import Testing

@Suite struct RolloutTests {
    @Test func `steps begin when all they need has ended well, and not before`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        #expect(
            Set(driven.assigned.keys.map(\.description))
                == Set(
                    [
                        execution("s.name"), execution("a.name"), execution("b.name"),
                    ].map(\.description)
                )
        )

        _ = driven.finish("a.name")
        #expect(driven.assigned[execution("a.token")] == nil)
        _ = driven.finish("s.name", 1, .unchanged)
        #expect(driven.assigned[execution("s.k3s")] != nil)
        _ = driven.finish("s.k3s")
        #expect(driven.assigned[execution("a.token")]?.executor == host("s"))
        #expect(driven.assigned[execution("b.token")] == nil, "b.name still runs")
    }

    @Test func `a rollout whose steps all end well has succeeded, with its counts`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        var last = Decision()
        for step in ["s.name", "a.name", "b.name", "s.k3s", "a.token", "b.token", "a.k3s"] {
            last = driven.finish(step)
            #expect(driven.rollout.state.outcome == nil)
        }
        last = driven.finish("b.k3s", 1, .unchanged)
        #expect(last.records.last == .finished(.succeeded, at: 2000))
        #expect(last.effects == [.finish(.succeeded)])
        #expect(driven.rollout.state.counts == (changed: 7, unchanged: 1, failed: 0))
    }

    @Test func `nothing is handed to an agent that is not there`() throws {
        var driven = try Driven(threeHosts())
        driven.send(.began(at: 1000))
        #expect(driven.assigned.isEmpty)
        driven.send(.agentConnected(host("a"), unfinished: [], at: 1500))
        #expect(Array(driven.assigned.keys) == [execution("a.name")])
    }

    @Test func `no more hosts are worked on at once than allowed`() throws {
        var driven = try Driven(threeHosts(), parallelism: 2)
        driven.beginWithAll()
        #expect(Set(driven.assigned.values.map(\.subject)) == [host("s"), host("a")])
        _ = driven.finish("a.name")
        #expect(Set(driven.assigned.values.map(\.subject)) == [host("s"), host("b")])
    }

    @Test func `a failure that may pass is tried again later, at most as often as allowed`() throws
    {
        var driven = try Driven(threeHosts(), attempts: 2)
        driven.beginWithAll()
        let first = driven.finish("a.name", 1, .failed(StepFailure("no route")))
        guard case .retryPlanned(_, 2, let notBefore, _)? = first.records.last else {
            Issue.record("no retry planned: \(first.records)")
            return
        }
        #expect((2000...4000).contains(notBefore))
        #expect(driven.wake == notBefore)
        driven.send(.clockAdvanced(to: notBefore - 1))
        #expect(driven.assigned[execution("a.name", 2)] == nil)
        driven.send(.clockAdvanced(to: notBefore))
        #expect(driven.assigned[execution("a.name", 2)] != nil)

        let second = driven.finish("a.name", 2, .failed(StepFailure("no route")), at: 9000)
        #expect(
            second.records.last == .stepFailed(StepID("a.name"), StepFailure("no route"), at: 9000)
        )
    }

    @Test func `a retry that waits for room asks for no timer`() throws {
        let graph = try StepGraph([node("a.name", on: "a"), node("b.name", on: "b")])
        var driven = Driven(graph, parallelism: 1)
        driven.beginWithAll()
        let failed = driven.finish("a.name", 1, .failed(StepFailure("no route")))
        guard case .retryPlanned(_, 2, let notBefore, _)? = failed.records.dropFirst().first else {
            Issue.record("no retry planned: \(failed.records)")
            return
        }
        #expect(driven.assigned[execution("b.name")] != nil)
        let due = driven.send(.clockAdvanced(to: notBefore))
        // The other's deadline: nothing is to be decided before that or its end.
        #expect(due.effects == [.wake(at: 2000 + 60_000 + 15_000)])
        _ = driven.finish("b.name", at: notBefore + 5)
        #expect(driven.assigned[execution("a.name", 2)] != nil)
    }

    @Test func `after a permanent failure nothing new begins and what runs is waited for`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        let problem = StepFailure("wrong hash", isPermanent: true)
        _ = driven.finish("a.name", 1, .failed(problem))
        #expect(driven.rollout.state.outcome == nil)
        _ = driven.finish("s.name")
        #expect(driven.assigned[execution("s.k3s")] == nil)
        let last = driven.finish("b.name")
        #expect(last.effects == [.finish(.failed)])
        #expect(driven.rollout.state.steps[StepID("b.k3s")] == .skipped)
        #expect(driven.rollout.state.steps[StepID("a.name")] == .failed(problem))
        #expect(driven.rollout.state.counts == (changed: 2, unchanged: 0, failed: 1))
    }

    @Test func `an agent that returns is handed its attempt again by the same key`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.agentDisconnected(host("a"), at: 3000))
        let back = driven.send(
            .agentConnected(host("a"), unfinished: [execution("a.name")], at: 9000)
        )
        #expect(back.records.isEmpty)
        #expect(
            back.effects.first
                == .assign(
                    execution("a.name"),
                    step: StepID("a.name"),
                    timeout: 60_000
                )
        )
    }

    @Test func `an agent that still has an attempt nobody wants is told to stop it`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        _ = driven.finish("a.name", 1, .failed(StepFailure("x")))
        let back = driven.send(
            .agentConnected(host("a"), unfinished: [execution("a.name")], at: 2100)
        )
        #expect(back.effects.first == .cancel(execution("a.name"), executor: host("a")))
    }

    @Test func `an agent that comes after the end is told to stop what it has`() throws {
        var driven = try Driven(StepGraph([node("a.name", on: "a")]), attempts: 1)
        driven.beginWithAll()
        driven.send(.agentDisconnected(host("a"), at: 2000))
        driven.send(.clockAdvanced(to: 2000 + 600_000))
        #expect(driven.rollout.state.outcome == .failed)
        let foreign = ExecutionID("r-00000001.a.name.1")
        let late = driven.send(
            .agentConnected(host("a"), unfinished: [execution("a.name"), foreign], at: 700_000)
        )
        #expect(late.records.isEmpty)
        #expect(late.effects == [.cancel(execution("a.name"), executor: host("a"))])
    }

    @Test func `late, repeated and foreign results change nothing`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        _ = driven.finish("a.name")
        let before = driven.rollout.state
        for stray in [execution("a.name"), execution("a.name", 7), ExecutionID("r-1.x.1")] {
            let decision = driven.send(
                .executionEnded(stray, .failed(StepFailure("late")), at: 5000)
            )
            #expect(decision.records.isEmpty)
        }
        #expect(driven.rollout.state == before)
    }

    @Test func `an attempt is given up after its time, its agent being there`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.clockAdvanced(to: 1000 + 60_000 + 14_999))
        #expect(driven.assigned[execution("a.name")] != nil)
        let decision = driven.send(.clockAdvanced(to: 1000 + 60_000 + 15_000))
        #expect(decision.effects.contains(.cancel(execution("a.name"), executor: host("a"))))
        guard case .retrying(attempt: 2, _)? = driven.rollout.state.steps[StepID("a.name")] else {
            Issue.record("not retried: \(driven.rollout.state.steps)")
            return
        }
    }

    @Test func `an agent that was away gets a moment to report what it finished`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.agentDisconnected(host("a"), at: 2000))
        driven.send(.clockAdvanced(to: 500_000))
        driven.send(.agentConnected(host("a"), unfinished: [], at: 500_001))
        let decision = driven.finish("a.name", 1, .unchanged, at: 500_500)
        #expect(
            decision.records.first
                == .ended(
                    execution("a.name"),
                    step: StepID("a.name"),
                    .unchanged,
                    at: 500_500
                )
        )
    }

    @Test func `an agent that stays away fails the rollout, with its name`() throws {
        var driven = try Driven(threeHosts())
        driven.send(.began(at: 1000))
        driven.send(.agentConnected(host("s"), unfinished: [], at: 1000))
        driven.send(.agentConnected(host("a"), unfinished: [], at: 1000))
        _ = driven.finish("a.name")
        _ = driven.finish("s.name")
        _ = driven.finish("s.k3s")
        _ = driven.finish("a.token")
        _ = driven.finish("a.k3s")
        #expect(driven.wake == 601_000)
        let decision = driven.send(.clockAdvanced(to: 601_000))
        #expect(decision.effects == [.finish(.failed)])
        guard case .failed(let problem)? = driven.rollout.state.steps[StepID("b.name")] else {
            Issue.record("b.name did not fail")
            return
        }
        #expect(problem.message == "the agent of b has been away for 600 s")
    }

    @Test func `a cancelled rollout stops what runs and begins nothing`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.cancelRequested(at: 1500))
        #expect(
            Set(driven.cancelled) == [
                execution("s.name"), execution("a.name"), execution("b.name"),
            ]
        )
        let stopped = ExecutionOutcome.failed(StepFailure("cancelled"))
        _ = driven.finish("s.name", 1, stopped)
        _ = driven.finish("a.name", 1, stopped)
        let last = driven.finish("b.name")
        #expect(last.effects == [.finish(.cancelled)])
        #expect(driven.rollout.state.steps[StepID("s.k3s")] == .skipped)
    }

    @Test func `what was cancelled while its agent was away is not handed to it again`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.agentDisconnected(host("a"), at: 1100))
        driven.send(.agentDisconnected(host("b"), at: 1100))
        driven.send(.cancelRequested(at: 1500))
        let handed = [execution("a.name")] as Set
        let back = driven.send(.agentConnected(host("a"), unfinished: handed, at: 2000))
        #expect(back.effects.first == .cancel(execution("a.name"), executor: host("a")))
        #expect(!back.effects.contains { if case .assign = $0 { true } else { false } })
        _ = driven.finish("a.name", 1, .failed(StepFailure("cancelled")))
        _ = driven.finish("s.name", 1, .failed(StepFailure("cancelled")))

        // b's agent never had its attempt: it gets a moment to hand a result in, then it is over.
        let other = driven.send(.agentConnected(host("b"), unfinished: [], at: 3000))
        #expect(other.records.isEmpty)
        #expect(other.effects == [.wake(at: 13_000)])
        let last = driven.send(.clockAdvanced(to: 13_000))
        #expect(last.effects.last == .finish(.cancelled))
        #expect(
            driven.rollout.state.steps[StepID("b.name")]
                == .failed(StepFailure("cancelled before it began", isPermanent: true))
        )
    }

    @Test func `a cancel that a crash cut short reaches the agents as they come back`() throws {
        var driven = try Driven(threeHosts())
        driven.beginWithAll()
        driven.send(.cancelRequested(at: 1500))
        driven.restart(at: 2000)
        let handed = [execution("a.name")] as Set
        let back = driven.send(.agentConnected(host("a"), unfinished: handed, at: 2100))
        #expect(back.effects.first == .cancel(execution("a.name"), executor: host("a")))
    }

    @Test func `a finished rollout answers nothing more`() throws {
        var driven = try Driven(StepGraph([]))
        let decision = driven.send(.began(at: 5))
        #expect(decision.effects == [.finish(.succeeded)])
        #expect(driven.send(.cancelRequested(at: 6)) == Decision())
        #expect(driven.rollout.pendingEffects(at: 9) == [.finish(.succeeded)])
    }
}
