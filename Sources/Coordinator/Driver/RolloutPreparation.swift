import Conduct
import Foundation
import Plan
import PlanFile
import Protocol
import RolloutEngine
import Steps
import Trust

/// A plan that is ready to begin: checked, resolved, every step spelled out.
struct PreparedRollout: Sendable, Equatable {
    /// The cluster's name.
    var cluster: String
    /// The canonical plan.
    var plan: String
    /// Its SHA-256.
    var digest: String
    /// What is done.
    var frozen: FrozenRollout
    /// The hosts that are K3s servers.
    var servers: Set<HostID>
    /// The plan's secrets, read where it says they are.
    var secrets: [OutputReference: Secret] = [:]

    /// The row that begins it.
    func row(_ id: RolloutID, at now: Int64) throws(StartRefusal) -> RolloutRow {
        do {
            return RolloutRow(
                id: id.description,
                cluster: cluster,
                plan: plan,
                digest: digest,
                frozen: try frozen.encoded(),
                started: now,
                secrets: secrets
            )
        } catch {
            throw .steps("\(error)")
        }
    }
}

/// Everything that is asked before anything begins. Nothing is changed but the coordinator's own
/// cache.
struct RolloutPreparation: Sendable {
    /// The cluster that this coordinator is for.
    let cluster: String
    /// Who enrolled.
    let store: Store
    /// Who is there.
    let registry: NodeRegistry
    /// Where artifacts come from.
    let artifacts: any ArtifactProvider
    /// What the cluster's pages need.
    let access: any AccessPreparation

    /// Checks a plan and all it needs.
    ///
    /// - Throws: `StartRefusal`, naming everything of its kind that is wrong.
    func prepare(_ request: WireStartRolloutRequest) async throws(StartRefusal) -> PreparedRollout {
        let plan = try PlanRequest(request).read()
        guard plan.metadata.name == cluster else {
            throw .otherCluster(plan: plan.metadata.name, coordinator: cluster)
        }
        try demandRecipient(of: plan)
        let architectures = try await demandPresence(of: plan.hosts)
        let secrets = try await secrets(of: plan)
        let resolved: ResolvedArtifacts
        do {
            resolved = try await artifacts.resolve(plan, for: Set(architectures.values))
        } catch {
            throw .artifact(error)
        }
        var frozen = try freeze(plan, resolved, architectures)
        let earlier = try await earlier()
        frozen.departed = try await departed(plan, in: earlier)
        frozen.news = earlier.first.flatMap { PlanNews(since: $0).sentence(about: plan) }
        try demandKinds(of: frozen.graph)
        let canonical = PlanRequest.canonical(plan)
        return PreparedRollout(
            cluster: cluster,
            plan: canonical.text,
            digest: canonical.digest,
            frozen: frozen,
            servers: Set(plan.hosts.filter { $0.role == .server }.map(\.id)),
            secrets: secrets
        )
    }

    /// The plan's secrets, once all that they open was found open.
    private func secrets(
        of plan: ClusterPlan
    ) async throws(StartRefusal) -> [OutputReference: Secret] {
        let isOurs: Bool
        do {
            isOurs = try await store.read { db throws in
                try RolloutTable.latest(Self.remembered, in: db).contains { row in
                    plan.tunnel.map { EarlierTunnel.isSame(as: $0, in: row.plan) } ?? false
                }
            }
        } catch {
            throw .store(error)
        }
        do {
            return try await access.prepare(plan, isOurs: isOurs)
        } catch {
            throw .access(error)
        }
    }

    /// Found out now, and not when the whole cluster stands.
    private func demandRecipient(of plan: ClusterPlan) throws(StartRefusal) {
        guard let recipient = plan.k3s.snapshotRecipient else { return }
        do {
            _ = try SealingStream.sealed([0], for: try Certificate(pem: recipient))
        } catch {
            throw .recipient(error.message)
        }
    }

    /// Fails where the plan is another cluster's, or a host of it is not there.
    func demandHosts(of plan: ClusterPlan) async throws(StartRefusal) {
        guard plan.metadata.name == cluster else {
            throw .otherCluster(plan: plan.metadata.name, coordinator: cluster)
        }
        _ = try await demandPresence(of: plan.hosts)
    }

    private func freeze(
        _ plan: ClusterPlan,
        _ resolved: ResolvedArtifacts,
        _ architectures: [HostID: Architecture]
    ) throws(StartRefusal) -> FrozenRollout {
        do {
            let (graph, steps) = try ClusterSteps.steps(
                for: plan,
                artifacts: resolved,
                architectures: architectures
            )
            return try FrozenRollout(
                graph: graph,
                steps: steps,
                limits: RolloutLimits(plan),
                artifacts: resolved
            )
        } catch {
            throw .steps("\(error)")
        }
    }

    /// The processors of all hosts, once each has enrolled, is connected, and may take part.
    private func demandPresence(
        of hosts: [PlannedHost]
    ) async throws(StartRefusal)
        -> [HostID: Architecture]
    {
        let enrolled = try await enrolled()
        let sessions = registry.sessions
        var architectures: [HostID: Architecture] = [:]
        var problems: [HostProblem] = []
        for host in hosts.map(\.id) {
            guard let node = enrolled[host] else {
                problems.append(.neverEnrolled(host))
                continue
            }
            guard let session = sessions[host] else {
                problems.append(.away(host, lastSeen: node.lastSeen))
                continue
            }
            if !artifacts.isGenuine, !session.facts.simulated {
                problems.append(.genuineMachine(host))
            }
            if let architecture = Architecture(rawValue: session.facts.architecture) {
                architectures[host] = architecture
            } else {
                problems.append(.unknownArchitecture(host, session.facts.architecture))
            }
        }
        guard problems.isEmpty else { throw .hosts(problems) }
        return architectures
    }

    /// Nodes that count still, that an earlier rollout was about, and that this plan has not.
    private func departed(
        _ plan: ClusterPlan,
        in rows: [RolledOutPlan]
    ) async throws(StartRefusal) -> [FrozenRollout.DepartedHost] {
        let present = Set(plan.hosts.map(\.id))
        let nodes = try await enrolled().values.filter { $0.revocation == nil }.map(\.id)
        let gone = Set(nodes).subtracting(present)
        guard !gone.isEmpty else { return [] }
        var found: [HostID: FrozenRollout.DepartedHost] = [:]
        for row in rows {
            for host in EarlierPlan.hosts(in: row.plan)
            where gone.contains(host.id) && found[host.id] == nil {
                found[host.id] = host
            }
        }
        return found.values.sorted { $0.id < $1.id }
    }

    /// Rollouts whose plans are looked at for what is otherwise in the present one.
    private static let remembered = 50

    /// What was rolled out before, the latest first.
    private func earlier() async throws(StartRefusal) -> [RolledOutPlan] {
        do {
            return try await store.read { db throws in
                try RolloutTable.latestPlans(Self.remembered, in: db)
            }
        } catch {
            throw .store(error)
        }
    }

    private func enrolled() async throws(StartRefusal) -> [HostID: NodeRow] {
        do {
            let rows = try await store.read { db throws in try NodeTable.all(in: db) }
            return Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw .store(error)
        }
    }

    private func demandKinds(of graph: StepGraph) throws(StartRefusal) {
        let sessions = registry.sessions
        let needed = Dictionary(grouping: graph.steps, by: \.executor)
        let problems = needed.keys.sorted().flatMap { host -> [HostProblem] in
            let session = sessions[host]
            let missing = Set(needed[host, default: []].map(\.kind))
                .subtracting(session?.stepKinds ?? [])
            let refused = missing.intersection(session?.refusedKinds ?? [])
            let unknown = missing.subtracting(refused)
            var problems: [HostProblem] = []
            if !unknown.isEmpty { problems.append(.unknownKinds(host, unknown.sorted())) }
            if !refused.isEmpty {
                let file = session?.policyFile ?? ""
                problems.append(.refusedKinds(host, refused.sorted(), file: file))
            }
            return problems
        }
        guard problems.isEmpty else { throw .hosts(problems) }
    }
}
