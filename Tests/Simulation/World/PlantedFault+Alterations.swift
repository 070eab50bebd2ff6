import Conduct
import Plan
import RolloutEngine

/// How faults come into the decisions.
extension PlantedFault {
    /// What the engine is given instead of what was asked for.
    func alter(_ frozen: FrozenRollout) -> FrozenRollout {
        var altered = frozen
        switch self {
        case .looseLimit:
            altered.limits.parallelism += 1
        case .lostDependency:
            guard let last = frozen.graph.steps.last(where: { !$0.dependsOn.isEmpty }),
                let graph = try? StepGraph(
                    frozen.graph.steps.map { $0.id == last.id ? $0.losingDependency : $0 }
                )
            else { break }
            altered.graph = graph
        case .forgottenResults, .hastyReceipt, .deafTimer, .missingRecord, .talkativeStep,
            .blindLook, .staleConnection, .anySession:
            break
        }
        return altered
    }

    /// What the coordinator does before the records are durable.
    func hasty(_ turn: RolloutConduct.Turn) -> [RolloutConduct.Action] {
        guard self == .hastyReceipt else { return [] }
        return turn.actions.filter { action in
            if case .acknowledge = action { true } else { false }
        }
    }

    /// What the coordinator does instead of what was decided.
    func alter(_ turn: inout RolloutConduct.Turn) {
        if self == .missingRecord, turn.records.count > 1 { turn.records.removeLast() }
    }
}

extension StepNode {
    fileprivate var losingDependency: StepNode {
        StepNode(
            id: id,
            executor: executor,
            subject: subject,
            kind: kind,
            title: title,
            dependsOn: Array(dependsOn.dropLast()),
            inputs: inputs,
            timeout: timeout
        )
    }
}

extension SimulatedDisk {
    /// Removes every result, as a fault does that forgets them.
    func loseResults() {
        for name in names() where name.hasSuffix(".result") { try? remove(name) }
    }
}
