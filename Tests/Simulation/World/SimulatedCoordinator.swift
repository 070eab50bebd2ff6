import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine

/// The coordinator's process and its disk. Decisions are `RolloutConduct`'s; here is what its driver, its
/// store and its sessions do with them.
struct SimulatedCoordinator {
    /// Counts processes; nothing runs between two.
    var life = 0
    var isUp = false
    var conduct: RolloutConduct?
    var inbox: [RolloutConduct.Arrival] = []
    /// What is being made durable.
    var writing: (turn: RolloutConduct.Turn, arrival: RolloutConduct.Arrival)?
    var timer = 0
    /// What the rollout's clock is ahead of the world's.
    var ahead: Int64 = 0
    /// Each host's session.
    var sessions: [Int: Int] = [:]

    // The disk.
    var journal: [Data] = []
    var outputs: [OutputReference: Secret] = [:]
    var isOver = false
    var isDiskFull = false
    /// What the clock is set wrong by, in milliseconds.
    var clockError: Int64 = 0
}

extension World {
    /// What the coordinator's machine takes for the time, milliseconds since 1970.
    private var wall: Int64 { 1_700_000_000_000 + now + coordinator.clockError }

    /// The rollout's clock, which a process sets once: `RolloutClock`'s rule.
    var rolloutTime: Int64 { now + coordinator.ahead }

    func startCoordinator() {
        coordinator.life += 1
        coordinator.isUp = true
        note("coordinator", "starts")
        guard !coordinator.isOver else { return }
        var records: [JournalRecord] = []
        do {
            for data in coordinator.journal { records.append(try JournalRecord(encoded: data)) }
        } catch {
            witness.report(.replayEqualsLive, "a record cannot be read back: \(error)")
        }
        coordinator.ahead = max(wall, records.map(\.at).max() ?? wall) - now
        let conduct = RolloutConduct(
            id: Scenario.rollout,
            frozen: planted?.alter(scenario.frozen) ?? scenario.frozen,
            seed: chance.next(),
            replaying: records,
            outputs: coordinator.outputs
        )
        witness.restarted(conduct.state)
        coordinator.conduct = conduct
        if conduct.state.hasBegun {
            for action in conduct.pendingActions(at: rolloutTime) { perform(action) }
        } else {
            take(RolloutConduct.Arrival(.began(at: rolloutTime)))
        }
    }

    func crashCoordinator(_ why: String) {
        guard coordinator.isUp else { return }
        note("coordinator", "CRASHES \(why)")
        coordinator.isUp = false
        coordinator.conduct = nil
        coordinator.inbox = []
        coordinator.writing = nil
        coordinator.sessions = [:]
        for link in links.indices where links[link].isCoordinatorThere {
            links[link].isCoordinatorThere = false
            links[link].down.breakOff(&chance)
            agenda.add(.agentLeaves(link, "the coordinator is gone"), at: now + noticing)
        }
        agenda.add(.coordinatorStarts, at: now + chance.skewedTime(50...120_000))
    }

    /// How long an end takes to notice that the other's process has died.
    var noticing: Int64 { chance.once(in: 4) ? chance.time(1...30_000) : chance.time(1...500) }

    /// Puts an arrival in the rollout's queue.
    func take(_ arrival: RolloutConduct.Arrival) {
        coordinator.inbox.append(arrival)
        pump()
    }

    /// Decides about what waits, until something has to be made durable.
    private func pump() {
        while coordinator.isUp, coordinator.writing == nil, !coordinator.inbox.isEmpty {
            let arrival = coordinator.inbox.removeFirst()
            guard var turn = coordinator.conduct?.take(arrival) else { return }
            planted?.alter(&turn)
            note("coordinator", "takes \(Transcript.words(arrival.event))")
            if turn.records.isEmpty {
                witness.passed(arrival)
                turn.actions.forEach(perform)
            } else {
                coordinator.writing = (turn, arrival)
                planted?.hasty(turn).forEach(perform)
                agenda.add(
                    .written(life: coordinator.life),
                    at: now + chance.skewedTime(0...200)
                )
            }
        }
        if coordinator.isOver, coordinator.inbox.isEmpty, coordinator.writing == nil {
            coordinator.conduct = nil
        }
    }

    func written(_ life: Int) {
        guard life == coordinator.life, coordinator.isUp, let (turn, arrival) = coordinator.writing
        else { return }
        if isFatal() { return crashCoordinator("before a record is durable") }
        if coordinator.isDiskFull {
            note("coordinator", "waits for its disk")
            agenda.add(.written(life: life), at: now + 2000)
            return
        }
        commit(turn, arrival)
        coordinator.writing = nil
        let left = isFatal() ? chance.below(turn.actions.count + 1) : .max
        turn.actions.prefix(left).forEach(perform)
        if left != .max { return crashCoordinator("after a record is durable") }
        pump()
    }

    private func isFatal() -> Bool {
        guard now < scenario.misfortunes.end, let odds = scenario.misfortunes.fatalWrites else {
            return false
        }
        return chance.once(in: odds)
    }

    private func commit(_ turn: RolloutConduct.Turn, _ arrival: RolloutConduct.Arrival) {
        for record in turn.records {
            note("coordinator", "records \(Transcript.words(record))")
            do {
                coordinator.journal.append(try record.encoded())
            } catch {
                witness.report(.replayEqualsLive, "a record cannot be written: \(error)")
            }
        }
        witness.inspect(coordinator.journal.suffix(turn.records.count))
        coordinator.outputs.merge(turn.outputs) { $1 }
        if let state = coordinator.conduct?.state {
            witness.committed(
                turn.records,
                because: arrival,
                live: state,
                on: machines
            )
            if state.outcome != nil {
                coordinator.isOver = true
                coordinator.outputs = [:]
            }
        }
    }

    private func perform(_ action: RolloutConduct.Action) {
        switch action {
        case .send(let message, let host, let session):
            guard let index = scenario.hosts.firstIndex(of: host),
                coordinator.sessions[index] == Int(session) || planted == .anySession
            else { return }
            tell(index, message)
        case .acknowledge(let message, let host):
            guard let index = scenario.hosts.firstIndex(of: host) else { return }
            tell(index, message)
        case .wake(let time):
            setTimer(time)
        case .finish(let outcome):
            note("coordinator", "is done: \(outcome)")
        }
    }

    /// Says something to an agent that has a session.
    func tell(_ host: Int, _ message: WireCoordinatorMessage) {
        guard let link = coordinator.sessions[host] else { return }
        send(.message(message), over: link)
    }

    private func setTimer(_ time: Int64) {
        guard planted != .deafTimer else { return }
        coordinator.timer += 1
        agenda.add(
            .timer(life: coordinator.life, number: coordinator.timer, time: time),
            at: now + max(0, time - rolloutTime)
        )
    }

    func timerFires(_ life: Int, _ number: Int, _ time: Int64) {
        guard coordinator.isUp, life == coordinator.life, number == coordinator.timer,
            coordinator.conduct != nil
        else { return }
        take(RolloutConduct.Arrival(.clockAdvanced(to: max(time, rolloutTime))))
    }
}
