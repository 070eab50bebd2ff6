import Plan
import SimulatedHost
import Steps
import Synchronization

/// The machines of `ThreeClouds`, and the smallest coordinator there can be: one step after another,
/// outputs handed on.
final class SmallCluster {
    let internet: SimulatedInternet
    private(set) var hosts: [HostID: SimulatedHost] = [:]
    private(set) var outputs = [CloudflareTunnel.token: ThreeClouds.token]
    private(set) var outcomes: [(StepID, StepOutcome)] = []
    private let lines = Lines()
    /// What machines left to be kept.
    let deposits: KeptDeposits

    /// Machines in memory.
    init() throws {
        deposits = KeptDeposits()
        internet = SimulatedInternet()
        for host in ThreeClouds.plan.hosts {
            hosts[host.id] = try SimulatedHost(id: host.id.description, internet: internet)
        }
    }

    /// Machines in folders side by side, each with an internet of its own, as processes have it.
    init(folder: String, deposits: KeptDeposits = KeptDeposits()) throws {
        self.deposits = deposits
        // Quick things at a moderate pace, so that deadlines stay far away on a busy machine.
        let pace = SimulatedPace.scaled(10)
        var quick = SimulatedFaults()
        quick.durations = SimulatedDurations(all: 10)
        internet = try SimulatedInternet(folder: folder + "/any", pace: pace)
        for host in ThreeClouds.plan.hosts {
            let place = "\(folder)/\(host.id)"
            hosts[host.id] = try SimulatedHost(
                id: host.id.description,
                internet: try SimulatedInternet(folder: place, pace: pace),
                folder: place
            )
        }
    }

    /// What steps told the operator.
    var reported: [String] { lines.all }

    func host(_ host: PlannedHost) -> SimulatedHost {
        guard let found = hosts[host.id] else { preconditionFailure("no host \(host.id)") }
        return found
    }

    /// What a step on this machine works with.
    func context(
        _ host: PlannedHost,
        inputs: [String: Secret] = [:],
        timeout: Int64 = 300_000
    ) -> StepContext {
        let lines = lines
        return StepContext(
            host: self.host(host),
            artifacts: ThreeClouds.source,
            deposits: deposits,
            inputs: inputs,
            timeout: timeout,
            report: { lines.add($0) }
        )
    }

    /// Runs the steps up to and without the one with this id, all where there is none.
    func run(upTo end: String? = nil) async throws {
        for planned in try ThreeClouds.steps() {
            if planned.node.id.description == end { return }
            let outcome = await run(planned)
            outcomes.append((planned.node.id, outcome))
            if case .failed = outcome { return }
        }
    }

    func run(_ planned: PlannedStep) async -> StepOutcome {
        let inputs = planned.node.inputs.compactMapValues { outputs[$0] }
        guard let host = ThreeClouds.plan.hosts.first(where: { $0.id == planned.node.executor })
        else { preconditionFailure("no host \(planned.node.executor)") }
        let context = context(host, inputs: inputs, timeout: planned.node.timeout)
        let outcome = await StepRun.apply(planned.step, context)
        if case .changed(_, let made) = outcome {
            for (name, secret) in made {
                outputs[OutputReference(step: planned.node.id, name: name)] = secret
            }
        }
        return outcome
    }

    /// The step with this id.
    func step(_ id: String) throws -> PlannedStep {
        let found = try ThreeClouds.steps().first { $0.node.id.description == id }
        guard let found else { preconditionFailure("no step \(id)") }
        return found
    }

    /// The whole text of a file on a machine.
    func text(_ path: String, on host: PlannedHost) async throws -> String? {
        try await self.host(host).read(path).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What steps told the operator.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

extension StepOutcome {
    var failure: StepFailure? {
        guard case .failed(let failure) = self else { return nil }
        return failure
    }

    var changes: [Change] {
        guard case .changed(let changes, _) = self else { return [] }
        return changes
    }

    var isUnchanged: Bool {
        guard case .unchanged = self else { return false }
        return true
    }
}
