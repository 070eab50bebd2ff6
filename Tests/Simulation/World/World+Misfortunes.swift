import Agent
import Conduct
import RolloutEngine

/// What befalls the world, and the operator.
extension World {
    /// Puts the next one of its kind on the agenda.
    func plan(_ kind: Misfortunes.Kind) {
        guard let interval = scenario.misfortunes.intervals[kind] else { return }
        let time = now + 1 + chance.time(0...2 * interval)
        if time < scenario.misfortunes.end { agenda.add(.misfortune(kind), at: time) }
    }

    func befall(_ kind: Misfortunes.Kind) {
        plan(kind)
        let host = chance.below(agents.count)
        switch kind {
        case .cut:
            guard let link = agents[host].outbox else { return }
            note("network", "breaks a connection of \(scenario.hosts[host])")
            cut(link)
        case .partition:
            note("network", "cuts \(scenario.hosts[host]) off")
            agents[host].isCutOff = true
            agents[host].links.values.sorted().forEach(cut)
            end(.partition(host), within: 900_000)
        case .stall:
            agents[host].isStalled = true
            end(.stall(host), within: 60_000)
        case .agentCrash: crashAgent(host, "by itself")
        case .coordinatorCrash: crashCoordinator("by itself")
        case .agentDiskFull:
            note("\(scenario.hosts[host])", "has a full disk")
            agents[host].disk.isFull = true
            end(.agentDisk(host), within: 120_000)
        case .coordinatorDiskFull:
            note("coordinator", "has a full disk")
            coordinator.isDiskFull = true
            end(.coordinatorDisk, within: 120_000)
        case .clockJump:
            let jump = chance.skewedTime(1...600_000) * (chance.once(in: 2) ? 1 : -1)
            note("coordinator", "finds its clock set by \(jump) ms")
            coordinator.clockError = max(-600_000, min(600_000, coordinator.clockError + jump))
        case .renewal:
            agents[host].serial += 1
            note("\(scenario.hosts[host])", "has a new certificate")
            follow(.credentialChanged, host)
        case .operatorHold:
            wish(
                chance.once(in: 2)
                    ? .pauseRequested(at: rolloutTime) : .resumeRequested(at: rolloutTime)
            )
        case .operatorCancel: wish(.cancelRequested(at: rolloutTime))
        }
    }

    private func end(_ relief: Relief, within limit: Int64) {
        let time = now + chance.skewedTime(1...limit)
        agenda.add(.relief(relief), at: min(time, max(now, scenario.misfortunes.end)))
    }

    func relieve(_ relief: Relief) {
        switch relief {
        case .partition(let host): agents[host].isCutOff = false
        case .stall(let host): agents[host].isStalled = false
        case .agentDisk(let host): agents[host].disk.isFull = false
        case .coordinatorDisk: coordinator.isDiskFull = false
        }
    }

    private func wish(_ event: RolloutEvent) {
        guard coordinator.conduct != nil else { return }
        note("operator", Transcript.words(event))
        take(RolloutConduct.Arrival(event))
    }

    /// Once all is well an operator looks after what is paused: resumes it some times, then cancels.
    func operatorLooks() {
        guard !coordinator.isOver else { return }
        if case .paused? = coordinator.conduct?.state.phase {
            resumptions += 1
            let isEnough = resumptions > Self.resumptions
            wish(isEnough ? .cancelRequested(at: rolloutTime) : .resumeRequested(at: rolloutTime))
        }
        agenda.add(.operatorLooks, at: now + 60_000)
    }
}
