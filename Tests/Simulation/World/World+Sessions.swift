import Conduct
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf

/// The coordinator's end of the links.
extension World {
    func arriveAtCoordinator(_ link: Int, _ words: Uplink, _ number: Int) {
        guard links[link].up.delivers(number), coordinator.isUp, links[link].isCoordinatorThere
        else { return }
        switch words {
        case .end: coordinatorLeaves(link)
        case .message(let message): hear(message, over: link)
        }
    }

    private func hear(_ message: WireAgentMessage, over link: Int) {
        switch message.message {
        case .hello(let hello):
            links[link].unfinished = hello.unfinished
            agenda.add(.greeted(link), at: now + chance.skewedTime(0...200))
        case .result(let result):
            hear(result, from: links[link].host)
        case .accepted, .output, .health, .probeResult, .trust, nil:
            break
        }
    }

    private func hear(_ result: WireStepResult, from host: Int) {
        if let odds = scenario.misfortunes.lateCopies, now < scenario.misfortunes.end,
            chance.once(in: odds)
        {
            agenda.add(.lateCopy(result, host: host), at: now + chance.skewedTime(0...300_000))
        }
        take(result, from: host)
    }

    /// A report that the network, or an agent, made twice.
    func lateCopy(_ result: WireStepResult, from host: Int) {
        guard coordinator.isUp else { return }
        note("network", "brings a result of \(scenario.hosts[host]) once more")
        take(result, from: host)
    }

    private func take(_ result: WireStepResult, from host: Int) {
        let report = StepReport(result)
        if coordinator.conduct == nil {
            tell(host, .receipt(for: report.execution))
        } else {
            take(RolloutConduct.Arrival(report, from: scenario.hosts[host], at: rolloutTime))
        }
    }

    /// A hello is noted: the agent is welcome, and its earlier session gives way.
    func greet(_ link: Int) {
        guard coordinator.isUp, links[link].isCoordinatorThere
        else { return }
        guard !coordinator.isDiskFull else { return coordinatorLeaves(link) }
        let host = links[link].host
        send(.message(.with { $0.welcome = WireWelcome() }), over: link)
        let earlier = coordinator.sessions.updateValue(link, forKey: host)
        note(
            "coordinator",
            "welcomes \(scenario.hosts[host]) over connection \(links[link].number)"
        )
        if let earlier {
            if links[earlier].serial == links[link].serial {
                links[earlier].isCoordinatorThere = false
                send(Downlink.end, over: earlier)
                arrive(
                    RolloutConduct.Arrival(
                        .agentDisconnected(scenario.hosts[host], at: rolloutTime)
                    )
                )
            } else {
                links[earlier].isSucceeded = true
                agenda.add(.coordinatorLeaves(earlier), at: now + 15_000)
            }
        }
        let unfinished = links[link].unfinished.map { ExecutionID($0) }
        if coordinator.conduct == nil {
            for stray in unfinished { tell(host, .cancel(stray)) }
        }
        arrive(
            RolloutConduct.Arrival(
                scenario.hosts[host],
                unfinished: Set(unfinished),
                session: UInt64(link),
                at: rolloutTime
            )
        )
    }

    private func arrive(_ arrival: RolloutConduct.Arrival) {
        guard coordinator.conduct != nil else { return }
        take(arrival)
    }

    /// The coordinator's end of a link is closed, by whatever reason.
    func coordinatorLeaves(_ link: Int) {
        guard links[link].isCoordinatorThere else { return }
        links[link].isCoordinatorThere = false
        send(Downlink.end, over: link)
        let host = links[link].host
        guard coordinator.sessions[host] == link else { return }
        coordinator.sessions[host] = nil
        note("coordinator", "misses \(scenario.hosts[host])")
        arrive(RolloutConduct.Arrival(.agentDisconnected(scenario.hosts[host], at: rolloutTime)))
    }
}
