import Plan

/// The steps of a graph by where they stand, so that a decision looks at those it is about, of
/// thousands. It follows from the state alone: made from it, then kept up with each record.
struct StepFrontier: Sendable {
    /// Steps that an agent has.
    private(set) var running = Places()
    /// Steps that may begin, or be tried again, as far as their dependencies go.
    private(set) var ready = Places()
    /// Steps of whose failed attempt nothing has come yet.
    private(set) var undecided = Places()
    /// Steps that failed for good.
    private(set) var failed = Places()
    /// How many steps may yet begin, now or later.
    private(set) var open = 0

    private let map: GraphMap
    private var standings: [Standing]
    /// How many of a step's dependencies have not ended well.
    private var missing: [Int]

    fileprivate enum Standing {
        case open
        case running
        case undecided
        case succeeded
        case failed
        case skipped
    }

    init(_ map: GraphMap, _ state: RolloutState) {
        self.map = map
        missing = map.needs
        standings = map.nodes.map { _ in .skipped }
        for place in map.nodes.indices { update(place, state) }
    }

    /// Takes over what a step's status or, after a resumption, that of failed ones has become.
    mutating func follow(_ record: JournalRecord, _ state: RolloutState) {
        if let place = record.step.flatMap(map.place) {
            update(place, state)
        } else if case .resumed = record {
            for place in failed { update(place, state) }
        }
    }

    private mutating func update(_ place: Int, _ state: RolloutState) {
        let old = standings[place]
        let new = Standing(state.steps[map.nodes[place].id])
        guard old != new else { return }
        standings[place] = new
        leave(old, place)
        enter(new, place)
        guard (old == .succeeded) != (new == .succeeded) else { return }
        for dependent in map.dependents[place] {
            missing[dependent] += new == .succeeded ? -1 : 1
            guard standings[dependent] == .open else { continue }
            if missing[dependent] == 0 {
                ready.insert(dependent)
            } else {
                ready.remove(dependent)
            }
        }
    }

    private mutating func leave(_ standing: Standing, _ place: Int) {
        switch standing {
        case .open:
            open -= 1
            ready.remove(place)
        case .running: running.remove(place)
        case .undecided: undecided.remove(place)
        case .failed: failed.remove(place)
        case .succeeded, .skipped: break
        }
    }

    private mutating func enter(_ standing: Standing, _ place: Int) {
        switch standing {
        case .open:
            open += 1
            if missing[place] == 0 { ready.insert(place) }
        case .running: running.insert(place)
        case .undecided: undecided.insert(place)
        case .failed: failed.insert(place)
        case .succeeded, .skipped: break
        }
    }
}

extension StepFrontier.Standing {
    fileprivate init(_ status: StepStatus?) {
        switch status {
        case .waiting?, .retrying?: self = .open
        case .running?: self = .running
        case .undecided?: self = .undecided
        case .succeeded?: self = .succeeded
        case .failed?: self = .failed
        case .skipped?, nil: self = .skipped
        }
    }
}
