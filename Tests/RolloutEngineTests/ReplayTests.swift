import Plan
import RolloutEngine
import Testing

/// A world of agents that answer at random, and a coordinator that may be replaced at any time.
@Suite struct ReplayTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `replay equals live after every event`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var driven = try world(&random)
        try run(&driven, with: &random) { driven in
            let again = Rollout(
                id: rolloutID,
                graph: driven.rollout.graph,
                limits: driven.rollout.limits,
                seed: 1,
                replaying: driven.journal
            )
            #expect(again.state == driven.rollout.state)
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `a rollout that is restarted at random ends, and ends no step twice`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var driven = try world(&random)
        try run(&driven, with: &random, crashing: true) { _ in }
        var ended: Set<ExecutionID> = []
        for case .ended(let execution, _, _, _) in driven.journal {
            #expect(ended.insert(execution).inserted)
        }
    }

    @Test func `a rollout cut after each record goes on from there`() throws {
        var whole = try Driven(threeHosts())
        whole.beginWithAll()
        for step in ["s.name", "a.name", "b.name", "s.k3s", "a.token", "b.token"] {
            _ = whole.finish(step)
        }
        _ = whole.finish("a.k3s")
        _ = whole.finish("b.k3s")
        for cut in 1...whole.journal.count {
            var driven = try Driven(threeHosts())
            driven.journal = Array(whole.journal.prefix(cut))
            driven.restart(at: 3000)
            for name in ["s", "a", "b"] where driven.rollout.state.outcome == nil {
                driven.send(.agentConnected(host(name), unfinished: [], at: 3000))
            }
            var guardrail = 0
            while let next = driven.assigned.keys.min(), guardrail < 100 {
                driven.send(.executionEnded(next, .changed(changes: "[]"), at: 3100))
                guardrail += 1
            }
            #expect(driven.rollout.state == whole.rollout.state, "cut after record \(cut)")
        }
    }

    private func world(_ random: inout SplitMix) throws -> Driven {
        try Driven(
            threeHosts(),
            parallelism: Int.random(in: 1...3, using: &random),
            failure: FailurePolicy.allCases.randomElement(using: &random) ?? .pause
        )
    }

    /// Lets agents come, go, fail and answer late until the rollout ends.
    private func run(
        _ driven: inout Driven,
        with random: inout SplitMix,
        crashing: Bool = false,
        check: (Driven) throws -> Void
    ) throws {
        var now: Int64 = 1000
        driven.send(.began(at: now))
        for _ in 0..<4000 where driven.rollout.state.outcome == nil {
            now += Int64.random(in: 1...3000, using: &random)
            let someone = host(["s", "a", "b"].randomElement(using: &random) ?? "s")
            switch Int.random(in: 0..<20, using: &random) {
            case 0: driven.send(.agentDisconnected(someone, at: now))
            case 1..<4:
                let unfinished = driven.assigned.filter { $0.value.executor == someone }.keys
                driven.send(.agentConnected(someone, unfinished: Set(unfinished), at: now))
            case 4..<8: driven.send(.clockAdvanced(to: max(now, driven.wake ?? now)))
            case 8 where crashing: driven.restart(at: now)
            case 9: driven.send(.pauseRequested(at: now))
            case 10..<13: driven.send(.resumeRequested(at: now))
            default:
                guard let next = driven.assigned.keys.sorted().randomElement(using: &random) else {
                    continue
                }
                driven.send(.executionEnded(next, outcome(with: &random), at: now))
            }
            try check(driven)
            #expect(driven.busySubjects <= driven.rollout.limits.parallelism)
        }
        #expect(driven.rollout.state.outcome != nil, "a rollout that can end, ends")
    }

    private func outcome(with random: inout SplitMix) -> ExecutionOutcome {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .failed(StepFailure("passing"))
        case 1..<5: .unchanged
        default: .changed(changes: "[]")
        }
    }
}

extension Driven {
    fileprivate var busySubjects: Int {
        let busy = rollout.graph.steps.filter {
            if case .running? = rollout.state.steps[$0.id] { true } else { false }
        }
        return Set(busy.map(\.subject)).count
    }
}

/// A small generator, so that a failing seed fails again.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
