/// What a rollout will not do by itself about a plan, or about a difference between two.
public struct PlanCaution: Sendable, Equatable {
    /// The value or the difference, or the removed host in the old plan.
    public let pointer: PlanPointer
    /// What will not happen, why, and what to do instead.
    public let words: String

    init(_ pointer: PlanPointer, _ words: String) {
        self.pointer = pointer
        self.words = words
    }

    /// The first sentence, which says what will not happen, and the rest.
    public var sentences: (what: String, advice: String) {
        guard let end = words.firstRange(of: ". ") else { return (words, "") }
        return (String(words[..<end.lowerBound]) + ".", String(words[end.upperBound...]))
    }

    /// Names a host that the new plan leaves out.
    init(removing host: PlannedHost, at place: Int) {
        pointer = PlanPointer(["hosts"]).index(place)
        let untouched =
            "\(host.id) is in the plan no more: a rollout never touches it, and what runs there "
            + "goes on."
        let node = host.hostname
        words =
            switch host.role {
            case .server:
                untouched + " It holds the cluster's data, and another server begins an empty "
                    + "cluster: take what you need from it first."
            case .agent:
                untouched + " To let it go, on the server: k3s kubectl drain \(node) "
                    + "--ignore-daemonsets --delete-emptydir-data; k3s kubectl delete node \(node). "
                    + "Then on \(host.id): k3s-agent-uninstall.sh; apt purge isthmus-agent"
            }
    }

    /// Nothing where a rollout does all that there is to do.
    init?(about difference: PlanDifference, in plan: ClusterPlan) {
        let host = plan.hosts.first { $0.id == difference.host }
        guard let words = Self.words(for: difference, on: host) else { return nil }
        self.pointer = difference.pointer
        self.words = words
    }

    private static func words(
        for difference: PlanDifference,
        on host: PlannedHost?
    ) -> String? {
        switch difference.field {
        case "metadata.name":
            "This is another cluster: its hosts enrol with a coordinator of their own, and this "
                + "one refuses the plan."
        case "hosts[].hostname":
            difference.before?.text.map { old in
                "Kubernetes keeps the node \(old) beside the new one. Once the new one is Ready: "
                    + "k3s kubectl delete node \(old)"
            }
        case "hosts[].role":
            "A machine does not change its role in place: remove K3s there first "
                + "(k3s-uninstall.sh on a server, k3s-agent-uninstall.sh on an agent). The "
                + "cluster's data stay on the machine that was the server."
        case "hosts[].topology.region":
            host.map { registration("the region", of: $0, by: "label") }
        case "hosts[].taints":
            host.map { registration("taints", of: $0, by: "taint") }
        case let field where field.hasPrefix("hosts[].labels"):
            host.map { registration("labels", of: $0, by: "label") }
        case "k3s.clusterCIDR", "k3s.serviceCIDR":
            "K3s cannot change these addresses in a cluster that runs: its nodes and services keep "
                + "theirs, and K3s may not start. Set up a new cluster instead."
        case "k3s.secretsEncryption":
            "K3s decides this at its first start: a cluster that runs stays as it is."
        case "k3s.version":
            version(difference)
        case "mesh.port":
            "Open the new UDP port between all hosts first. Until every host has it, the mesh is "
                + "interrupted."
        case "mesh.subnet":
            "Hosts take new addresses one after the other; until the last has, the mesh is "
                + "interrupted."
        case "dashboard.provider":
            "What the earlier plan's dashboard consists of stays in the cluster until you take it "
                + "away: k3s kubectl -n kube-system delete helmchart headlamp"
        case "tunnel.accountID", "tunnel.name":
            "The earlier tunnel stays in its account until you take it away there, and names may "
                + "lead to it: run `coordinator tunnel remove` with the earlier plan first."
        case let field where field.hasPrefix("tunnel") && difference.after == nil:
            "What is published stays published. To end it: `coordinator tunnel remove`, which ends "
                + "all of it; the next rollout publishes what its plan names."
        default: nil
        }
    }

    private static func registration(
        _ what: String,
        of host: PlannedHost,
        by verb: String
    ) -> String {
        "Kubernetes takes \(what) when a node registers, and \(host.id) may have. For the running "
            + "node, on the server: k3s kubectl \(verb) --overwrite node \(host.hostname) …"
    }

    /// Kubernetes goes up one minor release at a time, and never down.
    private static func version(_ difference: PlanDifference) -> String? {
        guard let before = release(difference.before), let after = release(difference.after) else {
            return nil
        }
        if after.lexicographicallyPrecedes(before) {
            return "Kubernetes does not go back to an earlier release: its data may be unreadable "
                + "to it. Restore a snapshot taken with that release instead."
        }
        guard after.first == before.first, after[1] <= before[1] + 1 else {
            return "Kubernetes goes up one minor release at a time: roll out a plan for each of "
                + "those between."
        }
        return nil
    }

    private static func release(_ value: PlanValue?) -> [Int]? {
        value?.text.flatMap { try? K3sVersion(parsing: $0).numbers }
    }
}

extension PlanValue {
    /// The text, where it is one.
    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}
