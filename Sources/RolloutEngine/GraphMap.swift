import Plan

/// A graph by places: a step's is its index, so that what is known of steps stands in arrays.
struct GraphMap: Sendable {
    /// The steps; dependencies stand before those that need them.
    let nodes: [StepNode]
    /// Under each place, the places of the steps that need it.
    let dependents: [[Int]]
    /// How many steps each needs.
    let needs: [Int]
    /// Where each host's agent is at work.
    let ofExecutor: [HostID: [Int]]
    /// Which steps are about each host.
    let ofSubject: [HostID: [Int]]

    private let places: [StepID: Int]

    init(_ graph: StepGraph) {
        nodes = graph.steps
        places = Dictionary(
            graph.steps.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var dependents: [[Int]] = graph.steps.map { _ in [] }
        var needs = graph.steps.map { _ in 0 }
        for (place, step) in graph.steps.enumerated() {
            for dependency in Set(step.dependsOn) {
                guard let needed = places[dependency] else { continue }
                dependents[needed].append(place)
                needs[place] += 1
            }
        }
        self.dependents = dependents
        self.needs = needs
        ofExecutor = Dictionary(grouping: graph.steps.indices) { graph.steps[$0].executor }
        ofSubject = Dictionary(grouping: graph.steps.indices) { graph.steps[$0].subject }
    }

    /// The step's place; nothing where the graph has no such step.
    func place(_ step: StepID) -> Int? { places[step] }
}

/// A few places of a graph, in order.
struct Places: Sendable, Sequence {
    private var sorted: [Int] = []

    var isEmpty: Bool { sorted.isEmpty }

    mutating func insert(_ place: Int) {
        let index = lowerBound(of: place)
        if index < sorted.count, sorted[index] == place { return }
        sorted.insert(place, at: index)
    }

    mutating func remove(_ place: Int) {
        let index = lowerBound(of: place)
        guard index < sorted.count, sorted[index] == place else { return }
        sorted.remove(at: index)
    }

    /// The first that is not before a place.
    func first(from place: Int) -> Int? {
        let index = lowerBound(of: place)
        return index < sorted.count ? sorted[index] : nil
    }

    func makeIterator() -> IndexingIterator<[Int]> { sorted.makeIterator() }

    private func lowerBound(of place: Int) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
