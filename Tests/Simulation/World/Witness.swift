import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine

/// Looks at all that becomes durable and all that agents do, and holds it against the invariants. It
/// knows only records, runs and the scenario; nothing of the decisions behind them.
struct Witness {
    let scenario: Scenario
    let nodes: [StepID: StepNode]
    private(set) var violation: Violation?

    // By the coordinator's journal.
    var replica: RolloutState
    var steps: [StepID: Standing] = [:]
    var isPaused = false
    var isCancelled = false
    var outcome: RolloutOutcome?
    var attempts: [StepID: Int] = [:]
    var forgiven: [StepID: Int] = [:]
    var assigned: Set<ExecutionID> = []
    var ended: Set<ExecutionID> = []
    /// The secrets that the journal's results came with.
    var outputs: [OutputReference: [UInt8]] = [:]

    var idleTimers = 0

    // By what agents did.
    /// Every end that an agent saw of an execution.
    var reported: [ExecutionID: [ExecutionOutcome]] = [:]
    /// Executions whose end is durable at their agent or, by its word, at the coordinator.
    var finished: Set<ExecutionID> = []
    /// What each host runs.
    var running: [Int: [StepID: ExecutionID]] = [:]
    /// Steps of which an agent has said that there is nothing to do.
    var seenSatisfied: Set<StepID> = []
    /// Results that each host keeps for a receipt.
    var kept: [Int: Set<String>] = [:]

    /// Where a step stands by the journal.
    enum Standing: Equatable {
        case open(notBefore: Int64)
        case running(ExecutionID, deadline: Int64)
        case undecided
        case succeeded
        case failed
        case skipped
    }

    init(_ scenario: Scenario) {
        self.scenario = scenario
        nodes = Dictionary(uniqueKeysWithValues: scenario.graph.steps.map { ($0.id, $0) })
        replica = RolloutState(scenario.graph)
        for step in scenario.graph.steps { steps[step.id] = .open(notBefore: 0) }
    }

    /// Notes that an invariant did not hold; the first counts.
    mutating func report(_ invariant: Invariant, _ words: @autoclosure () -> String) {
        if violation == nil { violation = Violation(invariant: invariant, words: words()) }
    }

    mutating func demand(
        _ holds: Bool,
        _ invariant: Invariant,
        _ words: @autoclosure () -> String
    ) {
        if !holds { report(invariant, words()) }
    }

    /// How far the rollout is, for a person.
    var summary: String {
        let open = steps.filter { $0.value != .succeeded }
            .map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        return "\(isCancelled ? "cancelled" : isPaused ? "paused" : "under way"): \(open)"
    }

    /// The text of a secret that a run makes.
    static func secret(of execution: String, run: Int) -> String {
        "\(mark)-\(execution)-\(run)"
    }

    static let mark = "sEcReT"
    static let markBytes = Array(mark.utf8)

    /// No secret is in a record that is being made durable.
    mutating func inspect(_ records: some Sequence<Data>) {
        for record in records where Self.hasMark(record) {
            report(
                .noRecordHasSecrets,
                "in the coordinator's \(String(decoding: record, as: UTF8.self))"
            )
        }
    }

    private static func hasMark(_ bytes: some Collection<UInt8>) -> Bool {
        var matched = 0
        for byte in bytes {
            matched = byte == markBytes[matched] ? matched + 1 : byte == markBytes[0] ? 1 : 0
            if matched == markBytes.count { return true }
        }
        return false
    }
}

/// What agents do.
extension Witness {
    /// Files of a host's journal were written.
    mutating func wrote(_ files: [(name: String, bytes: [UInt8])]) {
        for (name, bytes) in files {
            demand(!Self.hasMark(bytes), .noRecordHasSecrets, "in an agent's file \(name)")
            guard name.hasSuffix(".result") else { continue }
            finished.insert(ExecutionID(String(name.dropLast(".result".utf8.count))))
        }
    }

    mutating func started(_ assignment: WireStepAssignment, _ host: Int) {
        let (execution, step) = (ExecutionID(assignment.executionID), StepID(assignment.stepID))
        demand(
            !finished.contains(execution),
            .nothingFinishedRunsAgain,
            "\(execution) begins once more"
        )
        if let other = running[host, default: [:]].updateValue(execution, forKey: step) {
            report(.limitsHold, "\(execution) begins while \(other) runs")
        }
        demand(assigned.contains(execution), .dependenciesHold, "\(execution) is in no record")
        guard let node = nodes[step] else { return report(.dependenciesHold, "no step \(step)") }
        for dependency in node.dependsOn {
            demand(
                steps[dependency] == .succeeded,
                .dependenciesHold,
                "\(execution) begins before the end of \(dependency)"
            )
        }
        for (name, reference) in node.inputs {
            let given = assignment.inputs[name].map { [UInt8]($0) }
            demand(
                given == outputs[reference] || outcome != nil,
                .noResultIsLost,
                "\(execution) is not handed what \(reference.step) made"
            )
        }
    }

    mutating func ended(_ result: WireStepResult, _ host: Int) {
        let report = StepReport(result)
        if let step = report.lookedAt {
            if report.outcome == .unchanged { seenSatisfied.insert(step) }
            return
        }
        if let step = report.execution.parts?.step { running[host]?[step] = nil }
        reported[report.execution, default: []].append(report.outcome)
    }

    mutating func crashed(_ host: Int) {
        running[host] = nil
        kept[host] = nil
    }

    /// Whose results a host keeps now. One that it keeps no more must stand in the journal.
    mutating func keeps(_ unreported: [String], host: Int) {
        let now = Set(unreported)
        let before = kept.updateValue(now, forKey: host) ?? []
        guard before != now else { return }
        for gone in before.subtracting(now) {
            demand(
                ended.contains(ExecutionID(gone)) || outcome != nil,
                .noResultIsLost,
                "\(gone) is forgotten, and no record tells of it"
            )
        }
    }
}
