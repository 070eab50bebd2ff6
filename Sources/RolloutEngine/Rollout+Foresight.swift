import Plan

/// Looking at steps before their turn comes, and what follows.
extension Rollout {
    /// Takes in what an agent has seen.
    mutating func see(_ step: StepID, isSatisfied: Bool, at now: Int64) {
        guard let place = map.place(step) else { return }
        foresight.answer(place, isSatisfied: isSatisfied, at: now)
    }

    /// Counts steps as done whose turn has come and that have nothing to do.
    mutating func recordSatisfied(at now: Int64, in decision: inout Decision) {
        guard !isHolding else { return }
        var place = frontier.ready.first(from: 0)
        while let current = place {
            let step = map.nodes[current].id
            if isUntried(step), foresight.isSatisfied(current, at: now) {
                record(.satisfied(step, at: now), in: &decision)
            }
            // What it releases stands behind it.
            place = frontier.ready.first(from: current + 1)
        }
    }

    /// Has agents look at what comes later on hosts that have had nothing to do so far.
    mutating func lookAhead(at now: Int64, in decision: inout Decision) {
        guard !isHolding else { return }
        for host in foresight.askable where connected[host] != nil {
            let state = state
            for place in foresight.next(of: host, at: now, where: { state.isUntried($0) }) {
                look(at: place, in: &decision)
            }
        }
    }

    /// Has a step looked at whose turn has come and for which there is no room, so that it need not
    /// wait for any where there is nothing to do.
    mutating func lookMeanwhile(at place: Int, at now: Int64, in decision: inout Decision) {
        guard foresight.isUndisturbed(place), isUntried(map.nodes[place].id),
            foresight.ask(place, at: now)
        else { return }
        look(at: place, in: &decision)
    }

    /// Whether a step waits for the look at it.
    func isLookedAt(_ place: Int, at now: Int64) -> Bool {
        guard isUntried(map.nodes[place].id), let end = foresight.patience(place) else {
            return false
        }
        return now < end
    }

    func isUntried(_ step: StepID) -> Bool { state.isUntried(step) }

    private func look(at place: Int, in decision: inout Decision) {
        let step = map.nodes[place]
        decision.effects.append(
            .look(
                ExecutionID(rollout: id, lookAt: step.id),
                step: step.id,
                timeout: min(step.timeout, RolloutLimits.look)
            )
        )
    }
}

extension RolloutState {
    /// Whether a step has not begun, nor ever did.
    fileprivate func isUntried(_ step: StepID) -> Bool {
        guard case .waiting? = steps[step] else { return false }
        return attempts[step] == nil
    }
}
