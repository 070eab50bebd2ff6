import Agent
import FoundationEssentials
import Logging
import Plan
import Protocol
import SwiftProtobuf

/// One agent's process and its disk. Decisions are `Worklist`'s, `LinkSuccession`'s and
/// `ReconnectDelay`'s; here is what their drivers do.
struct SimulatedAgent {
    /// A step at work.
    struct Run {
        let execution: ExecutionID
        let step: StepID
        let result: WireStepResult
        /// Whether it is only looked at.
        let isLook: Bool
        var isCancelled = false
    }

    /// Counts processes; nothing runs between two.
    var life = 0
    var isUp = false
    var worklist: Worklist?
    var succession = LinkSuccession()
    var delay = ReconnectDelay()
    /// Its links by the numbers it gives them.
    var links: [LinkSuccession.Number: Int] = [:]
    /// The one whose outbox takes messages.
    var outbox: Int?
    var welcomed: Int64?
    var serial = 0
    var runs: [Int: Run] = [:]
    var lastRun = 0
    /// How often each step was run, by any process.
    var history: [StepID: Int] = [:]
    /// Whether the coordinator cannot be reached.
    var isCutOff = false
    /// Whether messages are late.
    var isStalled = false
    let disk = SimulatedDisk()

    static let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
}

extension World {
    func startAgent(_ host: Int) {
        if planted == .forgottenResults { agents[host].disk.loseResults() }
        agents[host].life += 1
        agents[host].isUp = true
        let journal = ExecutionJournal(in: agents[host].disk, logger: SimulatedAgent.silent)
        agents[host].worklist = Worklist(
            journal: journal,
            logger: SimulatedAgent.silent,
            looksAtOnce: scenario.looksAtOnce
        )
        agents[host].succession = LinkSuccession()
        agents[host].delay = ReconnectDelay()
        note("\(scenario.hosts[host])", "starts")
        follow(.paused, host)
    }

    func crashAgent(_ host: Int, _ why: String) {
        guard agents[host].isUp else { return }
        note("\(scenario.hosts[host])", "CRASHES \(why)")
        witness.crashed(host)
        agents[host].isUp = false
        agents[host].worklist = nil
        for run in agents[host].runs.sorted(by: { $0.key < $1.key }).map(\.value) {
            completePerhaps(run)
        }
        agents[host].runs = [:]
        agents[host].links = [:]
        agents[host].outbox = nil
        agents[host].welcomed = nil
        for link in links.indices where links[link].host == host && links[link].isAgentThere {
            links[link].isAgentThere = false
            links[link].up.breakOff(&chance)
            agenda.add(.coordinatorLeaves(link), at: now + noticing)
        }
        let reboot = chance.once(in: 6) ? 900_000 : 30_000 as Int64
        agenda.add(.agentStarts(host), at: now + chance.skewedTime(50...reboot))
    }

    /// Lets the worklist handle something, and does what it says, unless the process dies in the midst.
    func handle(_ host: Int, _ body: (inout Worklist) -> [Worklist.Action]) {
        guard var worklist = agents[host].worklist else { return }
        agents[host].worklist = nil
        doomPerhaps(host)
        let actions = body(&worklist)
        let unreported = worklist.unreported
        agents[host].worklist = worklist
        witness.wrote(agents[host].disk.takeWritten())
        if agents[host].disk.takeDeath() { return crashAgent(host, "at a record") }
        witness.keeps(unreported, host: host)
        for action in actions { perform(action, host) }
    }

    private func doomPerhaps(_ host: Int) {
        guard now < scenario.misfortunes.end, let odds = scenario.misfortunes.fatalWrites,
            chance.once(in: odds)
        else { return }
        agents[host].disk.doom(changes: chance.below(3), diesAfter: chance.once(in: 2))
    }

    private func perform(_ action: Worklist.Action, _ host: Int) {
        switch action {
        case .send(let message):
            guard let link = agents[host].outbox, !links[link].isRetired else { return }
            note("\(scenario.hosts[host])", Transcript.words(message))
            send(.message(message), over: link)
        case .start(let assignment):
            start(assignment, host)
        case .stop(let execution):
            stop(execution, host)
        }
    }

    private func start(_ assignment: WireStepAssignment, _ host: Int) {
        guard let execution = ExecutionID(assignment.executionID) else { return }
        note("\(scenario.hosts[host])", "begins \(execution)")
        let step = StepID(assignment.stepID)
        let isLook = assignment.mode == .check
        if !isLook {
            witness.started(assignment, host)
            agents[host].history[step, default: 0] += 1
        }
        let (duration, result) =
            isLook
            ? sight(of: assignment, step)
            : outcome(of: assignment, step, agents[host].history[step] ?? 1)
        agents[host].lastRun += 1
        let run = agents[host].lastRun
        agents[host].runs[run] = SimulatedAgent.Run(
            execution: execution,
            step: step,
            result: result,
            isLook: isLook
        )
        agenda.add(.stepEnds(host, life: agents[host].life, run: run), at: now + duration)
    }

    /// What a look at a step shows, and when.
    private func sight(
        of assignment: WireStepAssignment,
        _ step: StepID
    ) -> (duration: Int64, WireStepResult) {
        let most = assignment.timeout + 5000
        let duration = min(most, chance.time(scenario.behaviours[step]?.duration ?? 0...0))
        var result = WireStepResult.with { $0.executionID = assignment.executionID }
        if duration == most || chance.once(in: 10) {
            result.failed.message = "it cannot be seen"
        } else if machines.isDone(step) || planted == .blindLook {
            result.unchanged = WireStepUnchanged()
        } else {
            result.changed.changes = .init("[]".utf8)
        }
        return (duration, result)
    }

    /// A run that did not end well may have done its work all the same.
    private func completePerhaps(_ run: SimulatedAgent.Run) {
        if !run.isLook, chance.once(in: 2) { machines.complete(run.step, &chance) }
    }

    /// How the step's n-th run ends, and when.
    private func outcome(
        of assignment: WireStepAssignment,
        _ step: StepID,
        _ count: Int
    ) -> (duration: Int64, WireStepResult) {
        guard let behaviour = scenario.behaviours[step] else { return (0, WireStepResult()) }
        let grace: Int64 = 5000
        let duration = chance.time(behaviour.duration)
        var result = WireStepResult.with { $0.executionID = assignment.executionID }
        if duration > assignment.timeout + grace {
            result.failed.message = "the step did not end within \(assignment.timeout / 1000) s"
            return (assignment.timeout + grace + chance.time(behaviour.deafness), result)
        }
        if count <= behaviour.failures {
            result.failed.message = "it failed, for the \(count). time"
            result.failed.permanent = behaviour.isPermanent
            return (duration, result)
        }
        if machines.isDone(step) {
            result.unchanged = WireStepUnchanged()
            return (duration, result)
        }
        var changes = "[]"
        for name in behaviour.outputs {
            let secret = Witness.secret(of: assignment.executionID, run: count)
            result.outputs[name] = .init(secret.utf8)
            if planted == .talkativeStep { changes = "[\"made \(secret)\"]" }
        }
        result.changed.changes = .init(changes.utf8)
        return (duration, result)
    }

    /// Cancels a run: mostly it fails soon by that, sometimes it ends well all the same.
    private func stop(_ execution: ExecutionID, _ host: Int) {
        for (number, run) in agents[host].runs where run.execution == execution {
            guard !run.isCancelled else { continue }
            note("\(scenario.hosts[host])", "cancels \(execution)")
            let deafness = scenario.behaviours[run.step]?.deafness ?? 0...0
            var result = WireStepResult.with { $0.executionID = "\(execution)" }
            result.failed.message = "cancelled by the coordinator"
            if chance.once(in: 6) { result = run.result }
            agents[host].runs[number] = nil
            agents[host].lastRun += 1
            agents[host].runs[agents[host].lastRun] = SimulatedAgent.Run(
                execution: execution,
                step: run.step,
                result: result,
                isLook: run.isLook,
                isCancelled: true
            )
            agenda.add(
                .stepEnds(host, life: agents[host].life, run: agents[host].lastRun),
                at: now + chance.time(deafness)
            )
        }
    }

    func stepEnds(_ host: Int, _ life: Int, _ run: Int) {
        guard agents[host].isUp, life == agents[host].life,
            let ended = agents[host].runs.removeValue(forKey: run)
        else { return }
        note(
            "\(scenario.hosts[host])",
            "ends \(ended.execution): \(Transcript.words(ended.result))"
        )
        switch ended.result.outcome {
        case .changed where !ended.isLook: machines.complete(ended.step, &chance)
        case .failed: completePerhaps(ended)
        case .changed, .unchanged, nil: break
        }
        witness.ended(ended.result, host)
        handle(host) { $0.ended(ended.execution, ended.result) }
    }
}
