/// Which steps of a rollout depend on which fields of a plan. The names of the kinds are those of
/// the step catalogue; a test there holds both to each other.
struct PlanEffects {
    /// Whose steps a field decides about.
    private enum Scope {
        /// The host that has the field.
        case own
        /// All others.
        case others
        /// All others, where it is the first server that has the field.
        case othersOfIt
        /// All hosts.
        case all
        /// Hosts behind NAT.
        case behindNAT
        /// Hosts that others can open connections to.
        case open
    }

    private let new: ClusterPlan
    private let joining: [HostID]
    private let meshChanges: [PlanPointer]

    /// Compares for two plans.
    ///
    /// - Parameters:
    ///   - old: The plan that was rolled out.
    ///   - new: The plan that will be.
    ///   - added: Hosts that only the new plan has.
    ///   - removed: Hosts that only the old plan has.
    init(from old: ClusterPlan, to new: ClusterPlan, added: [HostID], removed: [HostID]) {
        self.new = new
        joining = added
        let gone = Set(removed)
        let come = Set(added)
        meshChanges =
            old.hosts.enumerated().filter { gone.contains($1.id) }.map { Self.pointer($0.offset) }
            + new.hosts.enumerated().filter { come.contains($1.id) }
            .map { Self.pointer($0.offset) }
    }

    /// The steps, by host and in a rollout's order.
    func steps(for differences: [PlanDifference]) -> [AffectedStep] {
        var reasons: [HostID: [String: [PlanPointer]]] = [:]
        for difference in differences {
            for (scope, kinds) in Self.effects(of: difference.field) {
                for host in hosts(of: scope, around: difference.host) {
                    for kind in kinds {
                        reasons[host, default: [:]][kind, default: []].append(difference.pointer)
                    }
                }
            }
        }
        return new.hosts.enumerated().flatMap { index, host in
            let isNew = joining.contains(host.id)
            return kinds(of: host).compactMap { kind -> AffectedStep? in
                var because = isNew ? [Self.pointer(index)] : reasons[host.id]?[kind] ?? []
                if kind == "mesh-proof", !isNew { because += meshChanges }
                guard !because.isEmpty else { return nil }
                return AffectedStep(host: host.id, kind: kind, because: because)
            }
        }
    }

    private func hosts(of scope: Scope, around host: HostID?) -> [HostID] {
        let known = new.hosts.map(\.id)
        return switch scope {
        case .own: host.map { [$0] } ?? []
        case .others: known.filter { $0 != host }
        case .othersOfIt:
            new.hosts.contains { $0.id == host && isFirstServer($0) }
                ? known.filter { $0 != host } : []
        case .all: known
        case .behindNAT: new.hosts.filter(\.behindNAT).map(\.id)
        case .open: new.hosts.filter { !$0.behindNAT }.map(\.id)
        }
    }

    private static func pointer(_ index: Int) -> PlanPointer {
        PlanPointer(["hosts"]).index(index)
    }

    private func isFirstServer(_ host: PlannedHost) -> Bool {
        new.hosts.first { $0.role == .server }?.id == host.id
    }

    /// The kinds that begin a cluster and set up what runs on it.
    private var cluster: [String] {
        ["k3s-server", "kilo-annotation", "manifests", "nodes-ready", "mesh-proof"]
            + (new.k3s.snapshotRecipient == nil ? [] : ["k3s-snapshot"])
            + (new.tunnel == nil ? [] : ["cluster-secret"])
            + (new.dashboard.provider == .absent && new.tunnel == nil ? [] : ["chart-ready"])
            + (new.tunnel == nil ? [] : ["ingress-published", "public-name"])
    }

    /// The kinds with which a further server joins.
    private static let joining =
        serverTokens + ["k3s-server", "kilo-annotation", "nodes-ready", "mesh-proof"]
    private static let serverTokens = ["k3s-server-key", "k3s-server-token"]

    /// The kinds of steps that are about a host, in their order.
    private func kinds(of host: PlannedHost) -> [String] {
        let prepared = ["hostname", "wireguard-tools", "artifact"]
        return switch host.role {
        case .server:
            prepared + (new.k3s.hairpin == .interface ? ["public-address"] : [])
                + (isFirstServer(host) ? cluster : Self.joining)
        case .agent:
            prepared + [
                "k3s-join-token", "k3s-agent", "kilo-annotation", "nodes-ready",
                "k3s-join-token-revocation", "mesh-proof",
            ]
        }
    }

    private static let k3s = ["k3s-server", "k3s-agent"]
    private static let tokens = ["k3s-join-token", "k3s-join-token-revocation"]

    /// What depends on a field: the entry with the longest path that it begins with.
    private static func effects(of field: String) -> [(Scope, [String])] {
        let matches = table.filter { field == $0.key || field.hasPrefix($0.key + ".") }
        return matches.max { $0.key.count < $1.key.count }?.value ?? []
    }

    private static let table: [String: [(Scope, [String])]] = [
        "hosts[].hostname": [
            (.own, ["hostname", "kilo-annotation", "nodes-ready"] + k3s + tokens + serverTokens)
        ],
        // Who is the server carries out all others' steps too.
        "hosts[].role": [
            (
                .own,
                [
                    "public-address", "nodes-ready", "kilo-annotation", "manifests", "k3s-snapshot",
                ] + k3s + tokens + serverTokens
            ),
            (.own, ["cluster-secret", "chart-ready", "ingress-published", "public-name"]),
            (.othersOfIt, ["kilo-annotation", "nodes-ready"] + k3s + tokens + serverTokens),
        ],
        "hosts[].addresses.public": [
            (.own, ["public-address", "kilo-annotation", "nodes-ready"] + k3s),
            (.others, ["mesh-proof"]), (.othersOfIt, k3s),
        ],
        "hosts[].addresses.internal": [(.own, k3s)],
        "hosts[].behindNAT": [
            (.own, ["kilo-annotation", "nodes-ready"]), (.others, ["mesh-proof"]),
        ],
        "hosts[].topology.region": [(.own, k3s)],
        "hosts[].topology.location": [(.own, ["kilo-annotation"])],
        "hosts[].labels": [(.own, k3s)],
        "hosts[].taints": [(.own, k3s)],
        "k3s": [(.all, ["k3s-server"])],
        "k3s.version": [(.all, ["artifact"] + k3s)],
        "k3s.hairpin": [(.all, ["public-address"])],
        "k3s.snapshotRecipient": [(.all, ["k3s-snapshot"])],
        "k3s.config.server": [(.all, ["k3s-server"])],
        "k3s.config.server.etcd-snapshot-dir": [(.all, ["k3s-server", "k3s-snapshot"])],
        "k3s.config.agent": [(.all, ["k3s-agent"])],
        // Kilo is told the services' addresses.
        "k3s.serviceCIDR": [(.all, ["k3s-server", "manifests"])],
        "mesh": [(.all, ["manifests", "mesh-proof"])],
        "mesh.image": [(.all, ["manifests"])],
        "mesh.kiloVersion": [(.all, ["manifests"])],
        "mesh.port": [
            (.open, ["kilo-annotation", "nodes-ready"]), (.all, ["manifests", "mesh-proof"]),
        ],
        "mesh.natKeepalive": [(.behindNAT, ["kilo-annotation"])],
        // K3s is started anew where its binary is another.
        "artifacts.k3s": [(.all, ["artifact"] + k3s)],
        "artifacts.installScript": [(.all, ["artifact"])],
        "artifacts.airgapImages": [(.all, ["artifact"])],
        "dashboard": [(.all, ["manifests", "chart-ready"])],
        "tunnel": [
            (.all, ["manifests", "cluster-secret", "chart-ready", "ingress-published"]),
            (.all, ["public-name"]),
        ],
        "tunnel.accountID": [(.all, ["cluster-secret"])],
        "tunnel.name": [(.all, ["cluster-secret"])],
        // Where the token is found, not what it is.
        "tunnel.apiToken": [(.all, ["cluster-secret"])],
        "tunnel.hostname": [(.all, ["manifests", "ingress-published", "public-name"])],
        "tunnel.services": [(.all, ["manifests", "ingress-published", "public-name"])],
        "artifacts.kiloCRDs": [(.all, ["manifests"])],
        "artifacts.kiloManifest": [(.all, ["manifests"])],
    ]
}
