import Conduct
import Daemon
import Foundation
import Plan
import Protocol
import RolloutEngine
import Steps
import SwiftProtobuf

/// What a plan would change, asked of every agent, step by step. Nothing is changed and nothing
/// journalled.
///
/// A step that cannot be checked because an earlier one has not happened yet (there is no K3s to
/// ask) would change something too: that is no failure, but the message says why no more is known.
struct DryRun: Sendable {
    /// What would be done.
    let prepared: PreparedRollout
    /// A key that no rollout has.
    let id: RolloutID
    /// The way to the agents.
    let registry: NodeRegistry
    /// Where their answers arrive.
    let mailbox: CheckMailbox
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    /// Milliseconds that looking may take; doing may take longer.
    private static let longestCheck: Int64 = 120_000
    /// Milliseconds beyond that in which the agent may say why it took so long.
    private static let overrun: Int64 = 15_000

    fileprivate struct Finding {
        var step: StepNode
        var state: WireStepState
        var problem: StepFailure?
        var changes: [Change] = []
        var disruption = Disruption.none
    }

    /// Asks all agents; steps whose dependencies have been asked about are asked together.
    ///
    /// - Parameters:
    ///   - tell: Is told of each finding, and of the end.
    ///   - keep: Gets all findings before the end is told.
    /// - Throws: What `tell` and `keep` throw.
    /// - Returns: What was found; nothing where something could not be checked.
    @discardableResult
    func run(
        tell: (WireRolloutEvent) async throws -> Void,
        keep: (DryRunFindings) async throws -> Void = { _ in }
    ) async throws -> DryRunFindings? {
        let observation = registry.observe { [mailbox] change in
            guard case .disconnected(let node) = change else { return }
            mailbox.fail(of: node, because: StepFailure("the agent of \(node) went away"))
        }
        defer { registry.stopObserving(observation) }
        let graph = prepared.frozen.graph
        var log = EventLog(now: now)
        let started = RolloutNarrative.started(
            rollout: "",
            cluster: prepared.cluster,
            digest: prepared.digest,
            frozen: prepared.frozen
        )
        try await tell(log.next(.started(started)))
        var states: [StepID: WireStepState] = [:]
        var found: [StepID: Finding] = [:]
        var left = graph.steps
        while !left.isEmpty {
            let (ready, waiting) = left.split { step in
                step.dependsOn.allSatisfy { states[$0] != nil }
            }
            left = waiting
            let findings = await findings(ready, knowing: states)
            for finding in findings {
                states[finding.step.id] = finding.state
                found[finding.step.id] = finding
                try await tell(log.next(.step(finding.told)))
            }
        }
        let whole = states.values.contains(.failed) ? nil : findings(found)
        if let whole { try await keep(whole) }
        try await tell(log.next(.ended(ending(states, approval: try whole?.digest() ?? ""))))
        return whole
    }

    private func findings(_ found: [StepID: Finding]) -> DryRunFindings {
        DryRunFindings(
            plan: prepared.digest,
            findings: prepared.frozen.graph.steps.compactMap { step in
                found[step.id].map { finding in
                    .init(
                        step: step.id.description,
                        wouldChange: finding.state == .changed,
                        changes: finding.changes
                    )
                }
            }
        )
    }

    /// Asks about steps that do not wait for each other; the answers come in the graph's order.
    private func findings(
        _ steps: [StepNode],
        knowing states: [StepID: WireStepState]
    ) async
        -> [Finding]
    {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (place, step) in steps.enumerated() {
                let isBlocked = step.dependsOn.contains {
                    states[$0] == .failed || states[$0] == .skipped
                }
                let mayBeEarly = hasPendingChange(before: step, states)
                group.addTask {
                    if isBlocked { return (place, Finding(step: step, state: .skipped)) }
                    return (place, await finding(step, mayBeEarly: mayBeEarly))
                }
            }
            var found: [(Int, Finding)] = []
            for await finding in group { found.append(finding) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Whether something that the step builds on would change first: on its own host, on the one
    /// that carries it out, or on a server.
    private func hasPendingChange(before step: StepNode, _ states: [StepID: WireStepState]) -> Bool
    {
        let hosts = prepared.servers.union([step.subject, step.executor])
        return prepared.frozen.graph.steps.contains {
            states[$0.id] == .changed
                && (hosts.contains($0.subject) || step.dependsOn.contains($0.id))
        }
    }

    private func finding(_ step: StepNode, mayBeEarly: Bool) async -> Finding {
        switch await ask(step) {
        case .unchanged:
            return Finding(step: step, state: .unchanged)
        case .changed(let text):
            let changes = Change.list(in: Data(text.utf8))
            let disruption = prepared.frozen.step(step.id)?.disruption(by: changes)
            return Finding(
                step: step,
                state: .changed,
                changes: changes,
                disruption: disruption ?? .none
            )
        case .failed(var problem) where mayBeEarly && !problem.isRefusal:
            problem.message = "more is known once the steps before it are done: \(problem.message)"
            problem.remedy = ""
            return Finding(step: step, state: .changed, problem: problem)
        case .failed(let problem):
            return Finding(step: step, state: .failed, problem: problem)
        }
    }

    private func ask(_ step: StepNode) async -> ExecutionOutcome {
        let execution = ExecutionID(rollout: id, step: step.id, attempt: 1)
        let timeout = min(step.timeout, Self.longestCheck)
        let late = StepFailure("the agent of \(step.executor) did not answer in time")
        let answers = mailbox.expect(execution, from: step.executor)
        let timer = Task {
            let delay = Duration.milliseconds(timeout + Self.overrun)
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            mailbox.fail(execution, of: step.executor, because: late)
        }
        defer {
            timer.cancel()
            mailbox.fail(execution, of: step.executor, because: late)
        }
        let assignment = prepared.frozen.assignment(
            of: step.id,
            execution: execution.description,
            mode: .check,
            timeout: timeout,
            inputs: step.inputs.compactMapValues { prepared.secrets[$0] }
        )
        guard let assignment,
            registry.send(.with { $0.assignment = assignment }, to: step.executor)
        else { return .failed(StepFailure("the agent of \(step.executor) is not connected")) }
        for await answer in answers { return answer.outcome }
        // Whoever asked went away: the check is of no use any more.
        let cancel = WireStepCancel.with { $0.executionID = execution.description }
        registry.send(.with { $0.cancel = cancel }, to: step.executor)
        return .failed(late)
    }

    private func ending(
        _ states: [StepID: WireStepState],
        approval: String
    ) -> WireRolloutEnded {
        func count(_ state: WireStepState) -> Int32 {
            Int32(clamping: states.values.count { $0 == state })
        }
        return .with {
            $0.outcome = count(.failed) > 0 ? .failed : .succeeded
            $0.changed = count(.changed)
            $0.unchanged = count(.unchanged)
            $0.failed = count(.failed)
            $0.digest = prepared.digest
            $0.approval = approval
        }
    }
}

extension DryRun.Finding {
    fileprivate var told: WireStepStateChanged {
        .with {
            $0.stepID = step.id.description
            $0.state = state
            $0.attempt = 1
            $0.message = problem?.message ?? ""
            $0.details = problem?.details ?? []
            $0.remedy = problem?.remedy ?? ""
            if state == .changed {
                $0.changes = (try? JSONEncoder().encode(changes)) ?? Data("[]".utf8)
            }
            if disruption != .none { $0.disruption = disruption.rawValue }
        }
    }
}

/// Numbers events that no journal numbers.
private struct EventLog {
    let now: @Sendable () -> Int64
    private var last: Int64 = 0

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    mutating func next(_ event: WireRolloutEvent.OneOf_Event) -> WireRolloutEvent {
        last += 1
        let number = last
        return .with {
            $0.number = number
            $0.at = now()
            $0.event = event
        }
    }
}

extension Array {
    /// Those that a rule takes, and the others, each in order.
    fileprivate func split(_ rule: (Element) -> Bool) -> ([Element], [Element]) {
        (filter(rule), filter { !rule($0) })
    }
}
