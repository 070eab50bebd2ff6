extension PlanCheck {
    /// How many servers there may be, and where. Several share their data through etcd, which needs
    /// an odd number of them near to each other.
    static func servers(_ facts: PlanFacts) -> [PlanFinding] {
        let servers = facts.hosts.indices.filter { facts.hosts[$0].role == .server }
        if servers.isEmpty {
            let isKnown = !facts.hosts.isEmpty && facts.hosts.allSatisfy { $0.role != nil }
            return isKnown ? [PlanFinding(hostsPointer, noServer)] : []
        }
        return evenNumber(of: servers) + apart(servers, facts)
    }

    private static let noServer = PlanComplaint(
        .conflict,
        "No host is the cluster's server.",
        advice: "Write \"role\": \"server\" in the host that is to run Kubernetes' control plane."
    )

    /// Half of them is no majority, so the last one only adds a way to fail.
    private static func evenNumber(of servers: [Int]) -> [PlanFinding] {
        guard let last = servers.last, servers.count.isMultiple(of: 2) else { return [] }
        let count = servers.count
        return [
            PlanFinding(
                hostsPointer.index(last).key("role"),
                PlanComplaint(
                    .conflict,
                    "The plan has \(count) servers, an even number.",
                    advice: "etcd goes on while more than half of them do: \(count) survive no "
                        + "more failures than \(count - 1). Make this host an \"agent\"."
                )
            )
        ]
    }

    /// K3s' documentation, "Distributed hybrid or multicloud cluster": embedded etcd is not
    /// supported there; all servers should be in one place.
    private static func apart(_ servers: [Int], _ facts: PlanFacts) -> [PlanFinding] {
        guard !facts.allowWanEtcd,
            let home = servers.lazy.compactMap({ facts.hosts[$0].region }).first
        else { return [] }
        return servers.compactMap { position in
            guard let region = facts.hosts[position].region, region != home else { return nil }
            return PlanFinding(
                hostsPointer.index(position).key("topology").key("region"),
                PlanComplaint(
                    .conflict,
                    "Servers stand in the regions \(Quotation.of(home)) and "
                        + "\(Quotation.of(region)).",
                    advice:
                        "They share their data through etcd, which K3s does not support between "
                        + "regions: put all servers into one region, or write \"allowWanEtcd\": true under "
                        + "\"policies\" and mind the round trips."
                )
            )
        }
    }
}
