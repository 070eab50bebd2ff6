import Agent
import Plan
import Preflight
import Protocol
import SwiftProtobuf

/// Looks at a plan's hosts through their agents. Nothing is changed on any.
struct PreflightRun: Sendable {
    /// What is to come of the hosts.
    let plan: ClusterPlan
    /// The way to their agents.
    let registry: NodeRegistry
    /// Where answers arrive.
    let questions: NodeQuestions
    /// Takes what was measured of the ways between hosts.
    var note: @Sendable (PathMatrix) -> Void = { _ in }
    /// Whether the ways between the hosts are left out.
    var isHostsOnly = false

    /// Milliseconds that an agent may look at its machine.
    static let inspectionLimit: Int64 = 20_000

    /// All findings, which are told as they come.
    func run(
        tell: (WirePreflightEvent) async throws -> Void
    ) async rethrows -> PreflightOutcome {
        let observation = registry.observe { [questions] change in
            guard case .disconnected(let node) = change else { return }
            questions.forget(node)
        }
        defer { registry.stopObserving(observation) }
        let sights = await sights()
        var outcome = PreflightOutcome(findings: HostChecks(plan).findings(sights))
        for finding in outcome.findings {
            try await tell(.with { $0.finding = WirePreflightFinding(finding) })
        }
        if !isHostsOnly, plan.hosts.count > 1 {
            outcome.findings += try await paths(sights.compactMapValues(\.observation), tell)
        }
        try await tell(.with { $0.ended = outcome.tally })
        return outcome
    }

    /// The ways between the hosts, and what follows from them.
    private func paths(
        _ seen: [HostID: HostObservation],
        _ tell: (WirePreflightEvent) async throws -> Void
    ) async rethrows -> [Finding] {
        let run = MatrixRun(plan: plan, registry: registry, questions: questions)
        let matrix = try await run.run { way, result in
            try await tell(.with { $0.path = WirePreflightPath(way, result) })
        }
        note(matrix)
        let findings = PathChecks(plan, matrix).findings()
        for finding in findings {
            try await tell(.with { $0.finding = WirePreflightFinding(finding) })
        }
        for advice in PathDecisions(plan, matrix, seen).all() {
            try await tell(.with { $0.advice = WirePreflightAdvice(advice) })
        }
        return findings
    }

    /// What the agents of all hosts see, asked at the same time.
    private func sights() async -> [HostID: HostChecks.Sight] {
        await withTaskGroup(of: (HostID, HostObservation?).self) { group in
            for host in plan.hosts.map(\.id) {
                group.addTask { (host, await observation(of: host)) }
            }
            var sights: [HostID: HostChecks.Sight] = [:]
            for await (host, observation) in group {
                let clock = registry.sessions[host]?.clock.map {
                    HostChecks.Clock(skew: $0.skew, uncertainty: $0.uncertainty)
                }
                sights[host] = HostChecks.Sight(observation: observation, clock: clock)
            }
            return sights
        }
    }

    private func observation(of host: HostID) async -> HostObservation? {
        guard registry.sessions[host]?.probes.contains("inspection") == true else { return nil }
        let answer = await questions.ask(
            host,
            .inspection(WireHostInspection()),
            over: registry,
            within: Self.inspectionLimit
        )
        guard case .observation(let seen)? = answer?.kind else { return nil }
        return HostObservation(seen)
    }
}

/// What a preflight came to.
struct PreflightOutcome: Sendable, Equatable {
    /// All findings.
    var findings: [Finding]

    /// Those that stop a rollout.
    var failures: [Finding] { findings.filter { $0.verdict == .failed } }

    /// Those that the plan says may be.
    var ignored: [Finding] { findings.filter { $0.verdict == .ignored } }

    /// How many of each kind.
    var tally: WirePreflightEnded {
        func count(_ verdict: Verdict) -> Int32 {
            Int32(clamping: findings.count { $0.verdict == verdict })
        }
        return .with {
            $0.passed = count(.passed)
            $0.warnings = count(.warning)
            $0.failed = count(.failed)
            $0.ignored = count(.ignored)
            $0.skipped = count(.skipped)
        }
    }
}

extension WirePreflightFinding {
    /// A finding on the wire, with what the catalogue says of its check.
    init(_ finding: Finding) {
        self.init()
        let about = finding.check.description
        check = finding.check.rawValue
        group = about.group.rawValue
        host = finding.host.description
        peer = finding.peer?.description ?? ""
        verdict = finding.verdict.rawValue
        observed = finding.observed
        bound = about.bound
        reason = about.reason
        remedy = finding.remedy
    }
}
