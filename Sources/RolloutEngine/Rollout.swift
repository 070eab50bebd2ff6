public import Plan

/// The whole life of a rollout, without clock, file or network: events in, decisions out.
///
/// *What it governs:* which step is handed to which agent when, what a failure means for the rest,
/// and when all is over. *What can go wrong:* agents vanish and come back (their attempts are handed
/// to them again by the same key), report late or twice (ignored), or never (deadlines); the
/// coordinator crashes between any two records (`init(replaying:)` and the next events go on from
/// there). *How it is driven:* see `Decision` for the order of records and effects.
public struct Rollout: Sendable {
    /// The rollout's key.
    public let id: RolloutID
    /// What is to be done.
    public let graph: StepGraph
    /// The bounds it keeps.
    public let limits: RolloutLimits
    /// What the records so far say.
    public private(set) var state: RolloutState

    let seed: UInt64
    let map: GraphMap
    /// Follows from the state.
    var frontier: StepFrontier
    var foresight: Foresight
    /// Whether every executor is known to be there or not.
    private var isRollCalled = false
    /// Agents with a session, and since when. Not durable: after a restart all have to come back.
    var connected: [HostID: Int64] = [:]
    /// Agents without a session, and since when the coordinator has noticed.
    var absent: [HostID: Int64] = [:]
    /// Attempts that an agent with a session has: it named them in its hello, or was handed them since.
    var held: [HostID: Set<ExecutionID>] = [:]

    /// Makes a rollout from its records; none where it has not begun.
    ///
    /// - Parameters:
    ///   - id: The key, part of each execution's.
    ///   - graph: The same steps as when the records were written.
    ///   - limits: The bounds to keep.
    ///   - seed: Randomness for back-off; it may differ after a restart.
    ///   - records: The journal, in order.
    public init(
        id: RolloutID,
        graph: StepGraph,
        limits: RolloutLimits,
        seed: UInt64,
        replaying records: some Sequence<JournalRecord>
    ) {
        self.id = id
        self.graph = graph
        self.limits = limits
        self.seed = seed
        state = RolloutState(graph)
        for record in records { state.apply(record) }
        map = GraphMap(graph)
        frontier = StepFrontier(map, state)
        foresight = Foresight(map, state)
    }

    /// Decides about one event.
    public mutating func handle(_ event: RolloutEvent) -> Decision {
        var decision = Decision()
        guard state.outcome == nil else {
            if case .agentConnected(let host, let unfinished, _) = event {
                stop(unfinished, on: host, in: &decision)
            }
            return decision
        }
        notice(event)
        switch event {
        case .began(let at):
            if !state.hasBegun { record(.began(at: at), in: &decision) }
        case .agentConnected(let host, let unfinished, _):
            welcome(host, unfinished: unfinished, in: &decision)
        case .executionEnded(let execution, let outcome, let at):
            end(execution, outcome, at: at, in: &decision)
        case .looked(let step, let isSatisfied, let at):
            see(step, isSatisfied: isSatisfied, at: at)
        case .cancelRequested(let at):
            cancel(at: at, in: &decision)
        case .pauseRequested(let at):
            if canPause { record(.paused(.requested, at: at), in: &decision) }
        case .resumeRequested(let at):
            resume(at: at, in: &decision)
        case .agentDisconnected, .clockAdvanced:
            break
        }
        guard state.hasBegun else { return decision }
        settleUndecided(at: event.at, in: &decision)
        expire(at: event.at, in: &decision)
        pauseAfterFailure(at: event.at, in: &decision)
        recordSatisfied(at: event.at, in: &decision)
        assignReady(at: event.at, in: &decision)
        lookAhead(at: event.at, in: &decision)
        finishIfDone(at: event.at, in: &decision)
        if state.outcome == nil, let next = nextWake(after: event.at) {
            decision.effects.append(.wake(at: next))
        }
        return decision
    }

    /// What to begin again after a restart, beside what agents are handed as they come back.
    public func pendingEffects(at now: Int64) -> [Effect] {
        if let outcome = state.outcome { return [.finish(outcome)] }
        return [.wake(at: now)]
    }

    /// The steps that an agent has, in order.
    var running: [StepNode] { frontier.running.map { map.nodes[$0] } }

    mutating func record(_ record: JournalRecord, in decision: inout Decision) {
        state.apply(record)
        frontier.follow(record, state)
        foresight.follow(record, state)
        decision.records.append(record)
    }

    private mutating func notice(_ event: RolloutEvent) {
        switch event {
        case .agentConnected(let host, let unfinished, let at):
            connected[host] = at
            absent[host] = nil
            held[host] = unfinished
            foresight.meet(host, running: frontier.running)
        case .agentDisconnected(let host, let at):
            connected[host] = nil
            absent[host] = at
            foresight.forget(host)
        case .began, .executionEnded, .looked, .clockAdvanced, .cancelRequested, .pauseRequested,
            .resumeRequested:
            break
        }
        guard !isRollCalled else { return }
        isRollCalled = true
        for host in map.ofExecutor.keys where connected[host] == nil && absent[host] == nil {
            absent[host] = event.at
        }
    }

    /// Hands the agent what it should be running, and stops what it should not. After a cancel that is
    /// everything: an attempt that never reached its agent must not begin now.
    private mutating func welcome(
        _ host: HostID,
        unfinished: Set<ExecutionID>,
        in decision: inout Decision
    ) {
        var wanted: Set<ExecutionID> = []
        for step in running where step.executor == host && !state.isCancelled {
            guard case .running(let attempt)? = state.steps[step.id] else { continue }
            wanted.insert(attempt.execution)
            held[host, default: []].insert(attempt.execution)
            decision.effects.append(
                .assign(attempt.execution, step: step.id, timeout: step.timeout)
            )
        }
        stop(unfinished.subtracting(wanted), on: host, in: &decision)
    }

    /// Tells an agent to stop those of the executions that are of this rollout.
    private func stop(
        _ unfinished: Set<ExecutionID>,
        on host: HostID,
        in decision: inout Decision
    ) {
        for stray in unfinished.sorted() where state.executions[stray] != nil {
            decision.effects.append(.cancel(stray, executor: host))
        }
    }

    private mutating func end(
        _ execution: ExecutionID,
        _ outcome: ExecutionOutcome,
        at: Int64,
        in decision: inout Decision
    ) {
        guard let step = state.executions[execution],
            case .running(let attempt)? = state.steps[step], attempt.execution == execution
        else { return }
        record(.ended(execution, step: step, outcome, at: at), in: &decision)
    }

    private mutating func cancel(at: Int64, in decision: inout Decision) {
        guard state.hasBegun, !state.isCancelled else { return }
        record(.cancelRequested(at: at), in: &decision)
        for step in running {
            guard case .running(let attempt)? = state.steps[step.id] else { continue }
            decision.effects.append(.cancel(attempt.execution, executor: step.executor))
        }
    }

    private var canPause: Bool { state.hasBegun && !state.isCancelled && state.pause == nil }

    /// Lets steps begin again. Agents that were away meanwhile are waited for anew.
    private mutating func resume(at: Int64, in decision: inout Decision) {
        guard state.pause != nil, !state.isCancelled else { return }
        record(.resumed(at: at), in: &decision)
        for host in absent.keys { absent[host] = at }
        for host in connected.keys { foresight.ask(about: host) }
    }
}
