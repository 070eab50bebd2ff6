import Conduct
import Plan
import RolloutEngine

/// What the coordinator's journal says.
extension Witness {
    /// A process has read the journal back.
    mutating func restarted(_ state: RolloutState) {
        idleTimers = 0
        if state != replica { report(.replayEqualsLive, "after a restart") }
    }

    /// An arrival of which nothing was recorded. Now and then a timer's is one of them; a coordinator
    /// that is busy with nothing but timers will never end.
    mutating func passed(_ arrival: RolloutConduct.Arrival) {
        demandRecord(of: arrival, in: [])
        if case .clockAdvanced = arrival.event { idleTimers += 1 } else { idleTimers = 0 }
        demand(idleTimers < 50, .whatCanEndEnds, "timers in a row fired for nothing")
    }

    /// Records are durable now, all at once.
    mutating func committed(
        _ records: [JournalRecord],
        because arrival: RolloutConduct.Arrival,
        live: RolloutState,
        on machines: SimulatedMachines
    ) {
        demandRecord(of: arrival, in: records)
        idleTimers = 0
        for record in records {
            replica.apply(record)
            note(record, because: arrival, on: machines)
        }
        demand(live == replica, .replayEqualsLive, "after \(records)")
    }

    /// What an agent says of an execution that is under way is recorded.
    private mutating func demandRecord(
        of arrival: RolloutConduct.Arrival,
        in records: [JournalRecord]
    ) {
        guard case .executionEnded(let execution, let outcome, _) = arrival.event,
            let step = execution.parts?.step,
            case .running(execution, _)? = steps[step]
        else { return }
        let isRecorded = records.contains {
            if case .ended(execution, step, outcome, _) = $0 { true } else { false }
        }
        demand(isRecorded, .noResultIsLost, "\(execution) ended, and no record says so")
    }

    private mutating func note(
        _ record: JournalRecord,
        because arrival: RolloutConduct.Arrival,
        on machines: SimulatedMachines
    ) {
        demand(outcome == nil, .replayEqualsLive, "\(record) after the end")
        switch record {
        case .began:
            break
        case .assigned(let execution, let step, let attempt, let deadline, let at):
            judge(execution, of: step, attempt: attempt, at: at)
            assigned.insert(execution)
            attempts[step] = attempt
            steps[step] = .running(execution, deadline: deadline)
        case .ended(let execution, let step, let result, let at):
            end(execution, of: step, result, at: at, because: arrival)
        case .satisfied(let step, _):
            spare(step, on: machines)
        case .retryPlanned(let step, _, let notBefore, _):
            steps[step] = .open(notBefore: notBefore)
        case .stepFailed(let step, _, _):
            steps[step] = .failed
        case .cancelRequested:
            isCancelled = true
        case .paused:
            isPaused = true
        case .resumed:
            isPaused = false
            for (step, standing) in steps where standing == .failed {
                steps[step] = .open(notBefore: 0)
                forgiven[step] = attempts[step]
            }
        case .skipped(let step, _):
            steps[step] = .skipped
        case .finished(let outcome, _):
            finish(outcome, on: machines)
        }
    }

    /// Whether a step may begin now.
    private mutating func judge(
        _ execution: ExecutionID,
        of step: StepID,
        attempt: Int,
        at now: Int64
    ) {
        guard let node = nodes[step] else { return report(.dependenciesHold, "no step \(step)") }
        demandDependencies(of: node)
        if case .open(let notBefore)? = steps[step] {
            demand(now >= notBefore, .limitsHold, "\(execution) is \(notBefore - now) ms early")
        } else {
            report(.nothingFinishedRunsAgain, "\(execution) begins although \(step) is not open")
        }
        demand(
            !assigned.contains(execution),
            .nothingFinishedRunsAgain,
            "\(execution) is assigned twice"
        )
        demand(!isHolding, .limitsHold, "\(execution) begins although nothing may")
        let tries = attempt - (forgiven[step] ?? 0)
        demand(tries <= scenario.limits.attempts, .limitsHold, "\(execution) is try \(tries)")
        judgeParallelism(node)
    }

    private mutating func demandDependencies(of node: StepNode) {
        for dependency in node.dependsOn {
            demand(
                steps[dependency] == .succeeded,
                .dependenciesHold,
                "\(node.id) begins before the end of \(dependency)"
            )
        }
    }

    /// Whether a step may count as done that was only looked at.
    private mutating func spare(_ step: StepID, on machines: SimulatedMachines) {
        guard let node = nodes[step] else { return report(.dependenciesHold, "no step \(step)") }
        demandDependencies(of: node)
        demand(!isHolding, .limitsHold, "\(step) is passed over although nothing may begin")
        demand(seenSatisfied.contains(step), .noResultIsLost, "nobody has looked at \(step)")
        demand(machines.isDone(step), .whatIsDoneIsDone, "\(step) is passed over and not done")
        if case .open = steps[step], attempts[step] == nil {
            steps[step] = .succeeded
        } else {
            report(.nothingFinishedRunsAgain, "\(step) is passed over although it has begun")
        }
    }

    private mutating func judgeParallelism(_ node: StepNode) {
        var busy: Set<HostID> = [node.subject]
        for (step, standing) in steps {
            if case .running = standing, let subject = nodes[step]?.subject { busy.insert(subject) }
        }
        demand(
            busy.count <= scenario.limits.parallelism,
            .limitsHold,
            "\(node.id) makes \(busy.count) hosts, too many"
        )
        for group in scenario.limits.groups where group.hosts.contains(node.subject) {
            let count = group.hosts.intersection(busy).count
            demand(
                count <= group.parallelism,
                .limitsHold,
                "\(node.id) makes \(count) hosts of a group of at most \(group.parallelism)"
            )
        }
    }

    /// Whether a pause, an operator's end or failures forbid that anything begins.
    private var isHolding: Bool {
        if isPaused || isCancelled { return true }
        let failed = steps.filter { $0.value == .failed }.keys.compactMap { nodes[$0]?.subject }
        guard !failed.isEmpty else { return false }
        switch scenario.limits.failure {
        case .abort, .pause: return true
        case .continue: return Set(failed).count >= scenario.limits.failedHosts ?? .max
        }
    }

    private mutating func end(
        _ execution: ExecutionID,
        of step: StepID,
        _ result: ExecutionOutcome,
        at now: Int64,
        because arrival: RolloutConduct.Arrival
    ) {
        demand(ended.insert(execution).inserted, .noResultIsLost, "\(execution) ends twice")
        guard case .running(execution, let deadline)? = steps[step] else {
            return report(.noResultIsLost, "\(execution) ends, and was not under way")
        }
        if case .executionEnded(execution, result, _) = arrival.event {
            demand(arrival.reporter != nil, .noResultIsLost, "nobody reported \(execution)")
            finished.insert(execution)
        } else {
            let isGivenUp = now >= deadline || isCancelled
            demand(isGivenUp, .noResultIsLost, "\(execution) is given up before its time")
        }
        switch result {
        case .changed, .unchanged:
            demand(
                reported[execution]?.contains(result) == true,
                .noResultIsLost,
                "\(execution) did not end so"
            )
            steps[step] = .succeeded
            for (name, value) in arrival.outputs {
                outputs[OutputReference(step: step, name: name)] = value.reveal()
            }
        case .failed:
            steps[step] = .undecided
        }
    }

    private mutating func finish(_ outcome: RolloutOutcome, on machines: SimulatedMachines) {
        self.outcome = outcome
        if outcome == .succeeded, let step = machines.undone.first {
            report(.whatIsDoneIsDone, "the rollout succeeded, and \(step) is not done")
        }
        for (step, standing) in steps {
            switch standing {
            case .running, .undecided, .open:
                report(.noResultIsLost, "the rollout ends while \(step) is \(standing)")
            case .succeeded:
                break
            case .failed, .skipped:
                demand(outcome != .succeeded, .noResultIsLost, "\(step) did not succeed")
            }
        }
    }
}
