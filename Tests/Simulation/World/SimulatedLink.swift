import Agent
import Protocol

/// One connection of an agent to the coordinator. Either direction keeps the order of its messages and
/// loses none, until it breaks; from then on it brings nothing, and each end has yet to notice.
struct SimulatedLink {
    /// One way of it.
    struct Direction {
        var sent = 0
        var delivered = 0
        /// When the latest arrives, so that none overtakes another.
        var latest: Int64 = 0
        /// Messages above this number are lost.
        var lostAfter = Int.max

        /// Whether the message with this number arrives; the one before it did or is lost too.
        mutating func delivers(_ number: Int) -> Bool {
            guard number <= lostAfter else { return false }
            delivered = number
            return true
        }

        /// Loses what is under way from a message of chance on, and all that follows.
        mutating func breakOff(_ chance: inout Chance) {
            lostAfter = min(lostAfter, delivered + chance.below(sent - delivered + 1))
        }
    }

    let host: Int
    /// What the agent calls it.
    let number: LinkSuccession.Number
    /// Which of the agent's certificates it was made with.
    let serial: Int
    /// The link whose queue is written first.
    let predecessor: Int?
    var isAgentThere = true
    var isCoordinatorThere = false
    /// The agent has written all it will.
    var isRetired = false
    /// The agent itself has gone on to another link.
    var isSucceeded = false
    /// What waits for the predecessor's last words.
    var waiting: [Uplink] = []
    var unfinished: [String] = []
    var isWelcomed = false
    var up = Direction()
    var down = Direction()
}

extension World {
    /// Sends over a link, after what its predecessor has yet to say.
    func send(_ words: Uplink, over link: Int) {
        if let before = links[link].predecessor, links[before].isAgentThere {
            links[link].waiting.append(words)
            return
        }
        links[link].up.sent += 1
        let arrival = max(links[link].up.latest, now + delay(of: links[link].host))
        links[link].up.latest = arrival
        agenda.add(.toCoordinator(link, words, number: links[link].up.sent), at: arrival)
    }

    /// Sends over a link to its agent.
    func send(_ words: Downlink, over link: Int) {
        links[link].down.sent += 1
        let arrival = max(links[link].down.latest, now + delay(of: links[link].host))
        links[link].down.latest = arrival
        agenda.add(.toAgent(link, words, number: links[link].down.sent), at: arrival)
    }

    private func delay(of host: Int) -> Int64 {
        let late = agents[host].isStalled ? chance.skewedTime(0...60_000) : 0
        return scenario.distance + chance.skewedTime(0...50) + late
    }

    /// Breaks a link without a word to either end. They notice later, by silence or by an error.
    func cut(_ link: Int) {
        links[link].up.breakOff(&chance)
        links[link].down.breakOff(&chance)
        agenda.add(.agentLeaves(link, "the link broke"), at: now + chance.skewedTime(1...30_000))
        agenda.add(.coordinatorLeaves(link), at: now + chance.skewedTime(1...30_000))
    }

    /// What waited for the link's last words is sent.
    func releaseSuccessors(of link: Int) {
        for next in links.indices where links[next].predecessor == link {
            let waiting = links[next].waiting
            links[next].waiting = []
            for words in waiting { send(words, over: next) }
        }
    }
}
