import Plan

/// What is known of steps before their turn comes, by looking at them: a second rollout of one plan
/// asks for all of a host's steps at once and not for one after the other.
///
/// A step that was found as it should be counts as done without an attempt, where nothing that it
/// depends on has changed anything in this rollout; one look does not tell what comes of a change.
/// Looks are not durable: a crash, a pause or a lost session costs them, and nothing else.
struct Foresight: Sendable {
    /// What became of a look.
    enum Look: Sendable, Equatable {
        /// The agent was asked.
        case asked(at: Int64)
        /// There was nothing to do.
        case satisfied(at: Int64)
        /// Something is to be done, or it could not be seen.
        case wanting
    }

    private let map: GraphMap
    private var looks: [Int: Look] = [:]
    /// Steps to be looked at, by whose agent does it.
    private var queues: [HostID: ArraySlice<Int>] = [:]
    /// How many answers are awaited.
    private var awaited: [HostID: Int] = [:]
    /// How many of a step's dependencies may have changed something, or will.
    private var uncertain: [Int]
    private var isUnmoved: [Bool]
    /// Steps that ran while their agent went away: an earlier process may have changed something.
    private var isRevisited: [Bool]
    /// Hosts one of whose steps had nothing to do.
    private var settled: Set<HostID> = []
    /// Hosts one of whose steps had, or may have.
    private var unsettled: Set<HostID> = []

    /// Knows what the records say: which steps are done and have changed nothing.
    init(_ map: GraphMap, _ state: RolloutState) {
        self.map = map
        uncertain = map.needs
        isUnmoved = map.nodes.map { _ in false }
        isRevisited = isUnmoved
        for place in map.nodes.indices { note(place, state) }
    }

    /// Takes over what a record has changed in the state.
    mutating func follow(_ record: JournalRecord, _ state: RolloutState) {
        if let place = record.step.flatMap(map.place) { note(place, state) }
        if case .paused = record {
            looks = [:]
            queues = [:]
            awaited = [:]
        }
    }

    private mutating func note(_ place: Int, _ state: RolloutState) {
        let node = map.nodes[place]
        switch state.steps[node.id] {
        case .succeeded(changed: false)?:
            let isFirstAttempt = state.attempts[node.id] ?? 0 <= 1
            if isUndisturbed(place), !isRevisited[place], isFirstAttempt { settle(place) }
        case .succeeded(changed: true)?, .retrying?, .undecided?, .failed?, .skipped?:
            unsettled.insert(node.subject)
        case .waiting?, .running?, nil:
            break
        }
    }

    private mutating func settle(_ place: Int) {
        guard !isUnmoved[place] else { return }
        isUnmoved[place] = true
        for dependent in map.dependents[place] { uncertain[dependent] -= 1 }
        let subject = map.nodes[place].subject
        guard settled.insert(subject).inserted else { return }
        for place in map.ofSubject[subject, default: []] { enqueue(place) }
    }

    private mutating func enqueue(_ place: Int) {
        queues[map.nodes[place].executor, default: []].append(place)
    }
}

/// Who is there.
extension Foresight {
    /// An agent's session is new: what was seen over an earlier one may be otherwise, and steps that it
    /// has begun may have changed something although they end with nothing to do.
    mutating func meet(_ host: HostID, running: Places) {
        forget(host)
        for place in running where map.nodes[place].executor == host { isRevisited[place] = true }
        ask(about: host)
    }

    /// Steps that are looked at where their hosts have had nothing to do so far are looked at anew.
    mutating func ask(about host: HostID) {
        for place in map.ofExecutor[host, default: []]
        where settled.contains(map.nodes[place].subject) {
            enqueue(place)
        }
    }

    /// An agent is gone.
    mutating func forget(_ host: HostID) {
        queues[host] = nil
        awaited[host] = nil
        for place in map.ofExecutor[host, default: []] { looks[place] = nil }
    }
}

/// Questions and answers.
extension Foresight {
    /// Whether what the step depends on is done and has changed nothing.
    func isUndisturbed(_ place: Int) -> Bool { uncertain[place] == 0 }

    /// What became of the look at a step; nothing where there was none.
    func look(at place: Int) -> Look? { looks[place] }

    /// Hosts whose agents can be asked for more.
    var askable: [HostID] { queues.keys.filter(hasRoom).sorted() }

    /// The steps that an agent is to look at next.
    mutating func next(of host: HostID, at now: Int64, where isOpen: (StepID) -> Bool) -> [Int] {
        var asked: [Int] = []
        while hasRoom(host), let place = queues[host]?.popFirst() {
            guard isOpen(map.nodes[place].id), ask(place, at: now) else { continue }
            asked.append(place)
        }
        if queues[host]?.isEmpty == true { queues[host] = nil }
        return asked
    }

    /// Notes that a step is looked at; whether it is.
    mutating func ask(_ place: Int, at now: Int64) -> Bool {
        let node = map.nodes[place]
        guard looks[place] == nil, !unsettled.contains(node.subject), hasRoom(node.executor) else {
            return false
        }
        looks[place] = .asked(at: now)
        awaited[node.executor, default: 0] += 1
        return true
    }

    private func hasRoom(_ host: HostID) -> Bool {
        awaited[host, default: 0] < RolloutLimits.looksAtOnce
    }

    /// Takes an answer in; one that was not asked for, or that came before, says nothing.
    mutating func answer(_ place: Int, isSatisfied: Bool, at now: Int64) {
        guard case .asked? = looks[place] else { return }
        let node = map.nodes[place]
        awaited[node.executor, default: 1] -= 1
        looks[place] = isSatisfied ? .satisfied(at: now) : .wanting
        if !isSatisfied { unsettled.insert(node.subject) }
    }

    /// Whether a step is known to have nothing to do, by a look that is not too old.
    func isSatisfied(_ place: Int, at now: Int64) -> Bool {
        guard isUndisturbed(place), case .satisfied(let at)? = looks[place] else { return false }
        return now - at < RolloutLimits.freshness
    }

    /// Until when a step whose turn has come waits for the look at it; nothing where it need not, as on
    /// a host of which nothing good is known.
    func patience(_ place: Int) -> Int64? {
        guard isUndisturbed(place), settled.contains(map.nodes[place].subject),
            case .asked(let at)? = looks[place]
        else { return nil }
        return at + RolloutLimits.patience
    }
}
