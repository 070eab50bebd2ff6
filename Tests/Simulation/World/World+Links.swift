import Agent
import Protocol
import SwiftProtobuf

/// The agents' ends of the links.
extension World {
    /// Does what follows for the agent's links.
    func follow(_ event: LinkSuccession.Event, _ host: Int) {
        guard agents[host].isUp else { return }
        if case .welcomed = event { agents[host].welcomed = agents[host].welcomed ?? now }
        for effect in agents[host].succession.handle(event) {
            switch effect {
            case .open(let number, let predecessor):
                open(host, number, after: predecessor.flatMap { agents[host].links[$0] })
            case .retire(let number):
                if let link = agents[host].links[number] { retire(link) }
            case .reconnect:
                tryAgain(host, after: reconnectDelay(host))
            case .keep:
                tryAgain(host, after: 10_000)
            }
        }
        if case .ended(let number, _) = event { agents[host].links[number] = nil }
    }

    private func tryAgain(_ host: Int, after delay: Int64) {
        agenda.add(.agentTries(host, life: agents[host].life), at: now + delay)
    }

    private func reconnectDelay(_ host: Int) -> Int64 {
        if let welcomed = agents[host].welcomed {
            agents[host].delay.noteSession(lasting: now - welcomed)
        }
        agents[host].welcomed = nil
        return agents[host].delay.next(at: now, using: &chance)
    }

    func agentTries(_ host: Int, _ life: Int) {
        guard agents[host].life == life else { return }
        follow(.paused, host)
    }

    private func open(_ host: Int, _ number: LinkSuccession.Number, after predecessor: Int?) {
        let link = links.count
        links.append(
            SimulatedLink(
                host: host,
                number: number,
                serial: agents[host].serial,
                predecessor: predecessor
            )
        )
        agents[host].links[number] = link
        links[link].unfinished = agents[host].worklist?.unfinished ?? []
        agenda.add(.connected(link), at: now + scenario.distance * 2 + chance.skewedTime(1...500))
    }

    /// The attempt to connect succeeds or fails; hello names what was unfinished when it began.
    func connect(_ link: Int) {
        guard links[link].isAgentThere else { return }
        guard coordinator.isUp, !agents[links[link].host].isCutOff else {
            return agentLeaves(link, "no connection")
        }
        links[link].isCoordinatorThere = true
        let unfinished = links[link].unfinished
        links[link].up.sent += 1
        agenda.add(
            .toCoordinator(
                link,
                .message(.with { $0.hello.unfinished = unfinished }),
                number: links[link].up.sent
            ),
            at: now + scenario.distance
        )
        links[link].up.latest = now + scenario.distance
        agenda.add(.agentLeaves(link, "no welcome"), at: now + 30_000)
    }

    func arriveAtAgent(_ link: Int, _ words: Downlink, _ number: Int) {
        guard links[link].down.delivers(number), links[link].isAgentThere
        else { return }
        switch words {
        case .end: agentLeaves(link, "the coordinator ended it")
        case .message(let message): hear(message, over: link)
        }
    }

    private func hear(_ message: WireCoordinatorMessage, over link: Int) {
        let (host, number) = (links[link].host, links[link].number)
        switch message.message {
        case .welcome:
            links[link].isWelcomed = true
            note("\(scenario.hosts[host])", "is welcome over connection \(number)")
            agents[host].outbox = link
            handle(host) { $0.linkUp(number) }
            follow(.welcomed(number), host)
        case .assignment(let assignment):
            note(
                "\(scenario.hosts[host])",
                "is assigned \(assignment.executionID) over connection \(number)"
            )
            let current = agents[host].outbox.map { links[$0].number }
            let claimed = planted == .staleConnection ? current ?? number : number
            handle(host) { $0.assign(assignment, over: claimed) { _ in nil } }
        case .cancel(let cancel):
            handle(host) { $0.cancel(cancel.executionID) }
        case .receipt(let receipt):
            note("\(scenario.hosts[host])", "has the receipt for \(receipt.executionID)")
            handle(host) { $0.acknowledge(receipt.executionID) }
        case .drain, .probe, .trust, nil:
            break
        }
    }

    /// The agent's end of a link is closed.
    func agentLeaves(_ link: Int, _ reason: String) {
        guard links[link].isAgentThere else { return }
        if reason == "no welcome", links[link].isWelcomed { return }
        let (host, number) = (links[link].host, links[link].number)
        links[link].isAgentThere = false
        note("\(scenario.hosts[host])", "leaves its connection \(number): \(reason)")
        send(Uplink.end, over: link)
        releaseSuccessors(of: link)
        if agents[host].outbox == link { agents[host].outbox = nil }
        handle(host) { $0.linkDown(number) }
        follow(.ended(number, .failed(reason)), host)
    }

    /// What is queued is written, then the link ends.
    private func retire(_ link: Int) {
        links[link].isRetired = true
        send(Uplink.end, over: link)
        agenda.add(.agentLeaves(link, "it was not ended"), at: now + 10_000)
    }
}
