import Plan

/// What the machines are like, whatever becomes of the processes on them: which steps have nothing to do.
struct SimulatedMachines: Sendable {
    private(set) var done: Set<StepID>
    private let dependents: [StepID: [StepID]]
    /// Steps that make something new each time they are done.
    private let makers: Set<StepID>

    init(_ scenario: Scenario) {
        done = scenario.done
        var dependents: [StepID: [StepID]] = [:]
        for step in scenario.graph.steps {
            dependents[step.id, default: []] += []
            for dependency in step.dependsOn { dependents[dependency, default: []].append(step.id) }
        }
        self.dependents = dependents
        makers = Set(scenario.behaviours.filter { !$0.value.outputs.isEmpty }.keys)
    }

    /// Whether there is nothing to do for a step.
    func isDone(_ step: StepID) -> Bool { done.contains(step) }

    /// A step is done, whether or not its process lives to tell. Of what builds on it, much is no longer
    /// as it should be.
    mutating func complete(_ step: StepID, _ chance: inout Chance) {
        guard !done.contains(step) else { return }
        if !makers.contains(step) { done.insert(step) }
        var touched: Set<StepID> = []
        var left = dependents[step] ?? []
        while let next = left.popLast() {
            guard touched.insert(next).inserted else { continue }
            if chance.once(in: 2) { done.remove(next) }
            left += dependents[next] ?? []
        }
    }

    /// Steps of which something is left to do, but for those that have to be done only for another's sake.
    var undone: [StepID] {
        dependents.keys.filter { !done.contains($0) && !makers.contains($0) }.sorted()
    }
}
