import Conduct
import Plan
import Protocol
import RolloutEngine

/// One rollout, its coordinator, its agents, the network between them, and what goes wrong, on a clock
/// of its own: everything that happens is an occurrence of one agenda, and all chance is the seed's.
final class World {
    let scenario: Scenario
    let planted: PlantedFault?
    var chance: Chance
    /// Milliseconds since the beginning; this clock only runs forward.
    var now: Int64 = 0
    var agenda = Agenda<Occurrence>()
    var coordinator = SimulatedCoordinator()
    var agents: [SimulatedAgent]
    var links: [SimulatedLink] = []
    var machines: SimulatedMachines
    var witness: Witness
    var transcript: Transcript?
    /// How often the operator has resumed since all is well.
    var resumptions = 0

    /// How often the operator resumes a paused rollout before cancelling it.
    static let resumptions = 2

    init(seed: UInt64, planted: PlantedFault?, isRecording: Bool) {
        scenario = Scenario(seed: seed)
        self.planted = planted
        chance = Chance(seed: ~seed)
        agents = scenario.hosts.map { _ in SimulatedAgent() }
        machines = SimulatedMachines(scenario)
        witness = Witness(scenario)
        transcript = isRecording ? Transcript() : nil
    }

    /// Plays to the end, or to the first violation.
    func run() -> Violation? {
        begin()
        let limit = scenario.misfortunes.end + scenario.patience(resumptions: Self.resumptions)
        while witness.violation == nil, let (time, occurrence) = agenda.next() {
            now = time
            guard now <= limit else { return unfinished("\((now - limit) / 1000) s too late") }
            happen(occurrence)
        }
        if let violation = witness.violation { return violation }
        guard coordinator.isOver else { return unfinished("nothing happens any more") }
        return leftovers
    }

    private func begin() {
        startCoordinator()
        for host in agents.indices { startAgent(host) }
        for kind in Misfortunes.Kind.allCases { plan(kind) }
        agenda.add(.operatorLooks, at: scenario.misfortunes.end)
    }

    private func unfinished(_ words: String) -> Violation {
        Violation(
            invariant: .whatCanEndEnds,
            words: "\(words), and the rollout is \(witness.summary)"
        )
    }

    /// What agents still know although all is over and everybody is connected.
    private var leftovers: Violation? {
        for (host, agent) in agents.enumerated() {
            let names = agent.disk.names()
            guard !names.isEmpty else { continue }
            return Violation(
                invariant: .whatCanEndEnds,
                words: "\(scenario.hosts[host]) has not forgotten \(names)"
            )
        }
        return nil
    }

    private func happen(_ occurrence: Occurrence) {
        switch occurrence {
        case .toCoordinator(let link, let message, let number):
            arriveAtCoordinator(link, message, number)
        case .toAgent(let link, let message, let number):
            arriveAtAgent(link, message, number)
        case .connected(let link): connect(link)
        case .greeted(let link): greet(link)
        case .agentLeaves(let link, let reason): agentLeaves(link, reason)
        case .coordinatorLeaves(let link): coordinatorLeaves(link)
        case .agentTries(let host, let life): agentTries(host, life)
        case .stepEnds(let host, let life, let run): stepEnds(host, life, run)
        case .written(let life): written(life)
        case .timer(let life, let number, let time): timerFires(life, number, time)
        case .lateCopy(let report, let host): lateCopy(report, from: host)
        case .coordinatorStarts: startCoordinator()
        case .agentStarts(let host): startAgent(host)
        case .misfortune(let kind): befall(kind)
        case .relief(let relief): relieve(relief)
        case .operatorLooks: operatorLooks()
        }
    }

    func note(_ who: @autoclosure () -> String, _ words: @autoclosure () -> String) {
        guard transcript != nil else { return }
        transcript?.add(now, who(), words())
    }
}

/// All that can happen.
enum Occurrence {
    /// The message with this number arrives, if the link brings it.
    case toCoordinator(Int, Uplink, number: Int)
    case toAgent(Int, Downlink, number: Int)
    /// An agent's attempt to connect succeeds or not.
    case connected(Int)
    /// The coordinator has noted a hello.
    case greeted(Int)
    /// An end of a link notices that it is over, or gives it up.
    case agentLeaves(Int, String)
    case coordinatorLeaves(Int)
    /// A pause before an agent's next attempt to connect is over.
    case agentTries(Int, life: Int)
    case stepEnds(Int, life: Int, run: Int)
    /// The coordinator's disk answers.
    case written(life: Int)
    case timer(life: Int, number: Int, time: Int64)
    case lateCopy(WireStepResult, host: Int)
    case coordinatorStarts
    case agentStarts(Int)
    case misfortune(Misfortunes.Kind)
    case relief(Relief)
    case operatorLooks
}

/// What an agent sends over a link.
enum Uplink {
    case message(WireAgentMessage)
    case end
}

/// What a coordinator sends over a link.
enum Downlink {
    case message(WireCoordinatorMessage)
    case end
}

/// A misfortune that lasted is over.
enum Relief {
    case partition(Int)
    case stall(Int)
    case agentDisk(Int)
    case coordinatorDisk
}
