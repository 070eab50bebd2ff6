import Plan
import RolloutEngine

func host(_ name: String) -> HostID {
    guard let id = HostID(name) else { preconditionFailure("\(name) is no host id") }
    return id
}

let rolloutID = RolloutID(random: 0xBEEF)

func node(
    _ id: String,
    on executor: String,
    about subject: String? = nil,
    after dependencies: [String] = [],
    timeout: Int64 = 60_000
) -> StepNode {
    StepNode(
        id: StepID(id),
        executor: host(executor),
        subject: host(subject ?? executor),
        kind: "test",
        title: "do \(id)",
        dependsOn: dependencies.map { StepID($0) },
        timeout: timeout
    )
}

/// One server and two agents, in the shape of a real rollout.
func threeHosts() throws -> StepGraph {
    try StepGraph([
        node("s.name", on: "s"), node("a.name", on: "a"), node("b.name", on: "b"),
        node("s.k3s", on: "s", after: ["s.name"]),
        node("a.token", on: "s", about: "a", after: ["s.k3s", "a.name"]),
        node("a.k3s", on: "a", after: ["a.token"]),
        node("b.token", on: "s", about: "b", after: ["s.k3s", "b.name"]),
        node("b.k3s", on: "b", after: ["b.token"]),
    ])
}

func execution(_ step: String, _ attempt: Int = 1) -> ExecutionID {
    ExecutionID(rollout: rolloutID, step: StepID(step), attempt: attempt)
}

/// A rollout with its journal and what its effects asked for, as a driver would keep them.
struct Driven {
    var rollout: Rollout
    var journal: [JournalRecord] = []
    /// Assigned and not ended, per executor; what a world of perfect agents would be running.
    var assigned: [ExecutionID: StepNode] = [:]
    var wake: Int64?
    var cancelled: [ExecutionID] = []

    init(
        _ graph: StepGraph,
        parallelism: Int = 10,
        groups: [HostGroup] = [],
        attempts: Int = 3,
        failure: FailurePolicy = .abort,
        failedHosts: Int? = nil
    ) {
        let limits = RolloutLimits(
            parallelism: parallelism,
            groups: groups,
            attempts: attempts,
            failure: failure,
            failedHosts: failedHosts
        )
        rollout = Rollout(id: rolloutID, graph: graph, limits: limits, seed: 7, replaying: [])
    }

    @discardableResult
    mutating func send(_ event: RolloutEvent) -> Decision {
        let decision = rollout.handle(event)
        journal += decision.records
        for effect in decision.effects {
            switch effect {
            case .assign(let execution, let step, _):
                assigned[execution] = rollout.graph.steps.first { $0.id == step }
            case .look: break
            case .cancel(let execution, _): cancelled.append(execution)
            case .wake(let at): wake = at
            case .finish: wake = nil
            }
        }
        for case .ended(let execution, _, _, _) in decision.records { assigned[execution] = nil }
        return decision
    }

    mutating func beginWithAll(at: Int64 = 1000) {
        send(.began(at: at))
        for name in ["s", "a", "b"] {
            send(.agentConnected(host(name), unfinished: [], at: at))
        }
    }

    mutating func finish(
        _ step: String,
        _ attempt: Int = 1,
        _ outcome: ExecutionOutcome = .changed(changes: "[]"),
        at: Int64 = 2000
    ) -> Decision {
        send(.executionEnded(execution(step, attempt), outcome, at: at))
    }

    /// Throws the machine away and makes it again from its records, as after a crash.
    mutating func restart(at: Int64) {
        rollout = Rollout(
            id: rollout.id,
            graph: rollout.graph,
            limits: rollout.limits,
            seed: 99,
            replaying: journal
        )
        send(.clockAdvanced(to: at))
    }
}
