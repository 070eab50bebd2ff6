import Plan

/// What follows from each event: failures are retried or final, deadlines pass, ready steps begin,
/// and a rollout without anything left to do ends.
extension Rollout {
    /// Whether no further step will ever begin. What runs is still waited for, since its result must
    /// not be lost.
    private var isStopping: Bool {
        if state.isCancelled { return true }
        guard !frontier.failed.isEmpty else { return false }
        switch limits.failure {
        case .abort: return true
        case .pause: return false
        case .continue: return failedHosts >= limits.failedHosts ?? .max
        }
    }

    /// Whether no step may begin now.
    var isHolding: Bool { isStopping || state.pause != nil }

    private var failedHosts: Int { Set(frontier.failed.map { map.nodes[$0].subject }).count }

    /// A failed attempt is tried again where that can help and is allowed.
    mutating func settleUndecided(at now: Int64, in decision: inout Decision) {
        for step in frontier.undecided.map({ map.nodes[$0] }) {
            guard case .undecided(let attempt, let problem)? = state.steps[step.id] else {
                continue
            }
            let tries = attempt.number - (state.forgiven[step.id] ?? 0)
            if problem.isPermanent || tries >= limits.attempts || isStopping {
                record(.stepFailed(step.id, problem, at: now), in: &decision)
            } else {
                let delay = Backoff.delay(
                    after: tries,
                    number: attempt.number,
                    step: step.id,
                    seed: seed
                )
                record(
                    .retryPlanned(
                        step: step.id,
                        attempt: attempt.number + 1,
                        notBefore: now + delay,
                        at: now
                    ),
                    in: &decision
                )
            }
        }
    }

    /// Gives up attempts whose time is over, and steps whose agent stays away.
    mutating func expire(at now: Int64, in decision: inout Decision) {
        for step in awaited {
            switch state.steps[step.id] {
            case .running(let attempt)?:
                guard let end = expiry(of: attempt, on: step.executor), now >= end else { continue }
                let problem =
                    neverBegan(attempt, on: step.executor)
                    ? StepFailure("cancelled before it began", isPermanent: true)
                    : overdue(step, now: now)
                record(
                    .ended(attempt.execution, step: step.id, .failed(problem), at: now),
                    in: &decision
                )
                decision.effects.append(.cancel(attempt.execution, executor: step.executor))
                settleUndecided(at: now, in: &decision)
            case .waiting?, .retrying?:
                guard !isHolding, let since = absent[step.executor],
                    now - since >= limits.absence
                else { continue }
                record(.stepFailed(step.id, overdue(step, now: now), at: now), in: &decision)
            case .undecided?, .succeeded?, .failed?, .skipped?, nil:
                continue
            }
        }
    }

    /// A step that failed for good is a matter for a person, where the plan says so.
    mutating func pauseAfterFailure(at now: Int64, in decision: inout Decision) {
        guard limits.failure == .pause, !frontier.failed.isEmpty, !state.isCancelled,
            state.pause == nil
        else { return }
        record(.paused(.failure, at: now), in: &decision)
    }

    /// Hands out every step whose turn has come.
    mutating func assignReady(at now: Int64, in decision: inout Decision) {
        guard !isHolding else { return }
        var occupancy = Occupancy(limits, busy: running.map(\.subject))
        for place in frontier.ready {
            let step = map.nodes[place]
            guard connected[step.executor] != nil, let number = dueAttempt(of: step, at: now),
                !isLookedAt(place, at: now)
            else { continue }
            guard occupancy.hasRoom(for: step.subject) else {
                lookMeanwhile(at: place, at: now, in: &decision)
                continue
            }
            occupancy.occupy(step.subject)
            let execution = ExecutionID(rollout: id, step: step.id, attempt: number)
            let deadline = now + step.timeout + RolloutLimits.overrun
            record(
                .assigned(
                    execution,
                    step: step.id,
                    attempt: number,
                    deadline: deadline,
                    at: now
                ),
                in: &decision
            )
            held[step.executor, default: []].insert(execution)
            decision.effects.append(.assign(execution, step: step.id, timeout: step.timeout))
        }
    }

    /// Ends the rollout once nothing runs and nothing may begin.
    mutating func finishIfDone(at now: Int64, in decision: inout Decision) {
        guard frontier.running.isEmpty, isStopping || isOver else { return }
        let left = graph.steps.filter { isOpen($0.id) }
        for step in left { record(.skipped(step.id, at: now), in: &decision) }
        let hasFailed = !frontier.failed.isEmpty
        let outcome: RolloutOutcome =
            state.isCancelled && (hasFailed || !left.isEmpty)
            ? .cancelled : hasFailed ? .failed : .succeeded
        record(.finished(outcome, at: now), in: &decision)
        decision.effects.append(.finish(outcome))
    }

    /// Whether steps that are left have nothing to wait for, neither for each other nor for a person:
    /// where nothing runs and none is ready, each waits for one that failed or will not begin.
    private var isOver: Bool {
        if state.pause != nil { return frontier.open == 0 && frontier.failed.isEmpty }
        return frontier.ready.isEmpty
    }

    /// The next time at which something may have to be decided without a word from an agent.
    func nextWake(after now: Int64) -> Int64? {
        awaitedPlaces.compactMap { place -> Int64? in
            let step = map.nodes[place]
            switch state.steps[step.id] {
            case .running(let attempt)?:
                return expiry(of: attempt, on: step.executor)
            case .retrying(_, let notBefore)? where !isHolding:
                if let since = absent[step.executor] { return since + limits.absence }
                // One that is due waits for room, and that comes with another's end.
                return notBefore > now ? notBefore : nil
            case .waiting? where !isHolding:
                if let since = absent[step.executor] { return since + limits.absence }
                return foresight.patience(place).flatMap { $0 > now ? $0 : nil }
            case .waiting?, .retrying?, .undecided?, .succeeded?, .failed?, .skipped?, nil:
                return nil
            }
        }.min().map { max($0, now + 1) }
    }

    /// Steps whose time may run out: those that run, and those whose turn has come.
    private var awaitedPlaces: [Int] { (Array(frontier.running) + frontier.ready).sorted() }

    private var awaited: [StepNode] { awaitedPlaces.map { map.nodes[$0] } }

    private func isOpen(_ step: StepID) -> Bool {
        switch state.steps[step] {
        case .waiting?, .retrying?: true
        case .running?, .undecided?, .succeeded?, .failed?, .skipped?, nil: false
        }
    }

    private func dueAttempt(of step: StepNode, at now: Int64) -> Int? {
        switch state.steps[step.id] {
        case .waiting?: (state.attempts[step.id] ?? 0) + 1
        case .retrying(let attempt, let notBefore)? where notBefore <= now: attempt
        case .retrying?, .running?, .undecided?, .succeeded?, .failed?, .skipped?, nil: nil
        }
    }

    /// When an attempt is given up. An agent that was away may have finished in the meantime: it
    /// gets a moment to say so, and while it is away the limit is how long it may be.
    private func expiry(of attempt: Attempt, on executor: HostID) -> Int64? {
        if let since = connected[executor] {
            if neverBegan(attempt, on: executor) { return since + RolloutLimits.settling }
            return max(attempt.deadline, since + RolloutLimits.settling)
        }
        return absent[executor].map { max(attempt.deadline, $0 + limits.absence) }
    }

    /// Whether a cancelled attempt is not with its agent: it was away when it was to be handed it.
    private func neverBegan(_ attempt: Attempt, on executor: HostID) -> Bool {
        state.isCancelled && connected[executor] != nil
            && held[executor]?.contains(attempt.execution) != true
    }

    private func overdue(_ step: StepNode, now: Int64) -> StepFailure {
        if let since = absent[step.executor] {
            return StepFailure(
                "the agent of \(step.executor) has been away for \((now - since) / 1000) s",
                remedy: "see `systemctl status isthmus-agent` on \(step.executor), then run the "
                    + "rollout again",
                isPermanent: true
            )
        }
        return StepFailure(
            "\(step.title) did not end within \(step.timeout / 1000) s on \(step.executor)"
        )
    }
}
