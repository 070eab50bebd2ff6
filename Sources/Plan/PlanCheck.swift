/// The rules that hold between the values of a plan. Rules of one value alone live with its syntax.
public enum PlanCheck {
    /// Every rule that is broken; in no particular order.
    public static func findings(in facts: PlanFacts) -> [PlanFinding] {
        servers(facts) + names(facts.hosts) + addresses(facts.hosts) + nat(facts.hosts)
            + overlaps(facts.networks) + rooms(facts) + hostsInside(facts)
    }

    // MARK: Hosts

    /// Ids and hostnames name one host each.
    private static func names(_ hosts: [PlanFacts.Host]) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        var firstByID: [HostID: Int] = [:]
        var firstByHostname: [String: Int] = [:]
        for (position, host) in hosts.enumerated() {
            if let id = host.id {
                if let first = firstByID[id] {
                    findings.append(duplicateID(id, at: position, first: first))
                    continue
                }
                firstByID[id] = position
            }
            guard let hostname = host.hostname else { continue }
            if let first = firstByHostname[hostname] {
                findings.append(duplicateHostname(hostname, at: position, first: hosts[first]))
            } else {
                firstByHostname[hostname] = position
            }
        }
        return findings
    }

    private static func duplicateID(_ id: HostID, at position: Int, first: Int) -> PlanFinding {
        PlanFinding(
            hostsPointer.index(position).key("id"),
            PlanComplaint(
                .conflict,
                "Host \(first + 1) of the list has the id \"\(id)\" too.",
                advice: "Give each host an id of its own: its agent enrols with it."
            )
        )
    }

    private static func duplicateHostname(
        _ hostname: String,
        at position: Int,
        first: PlanFacts.Host
    ) -> PlanFinding {
        PlanFinding(
            hostsPointer.index(position).key("hostname"),
            PlanComplaint(
                .conflict,
                "The host \(named(first)) is called \"\(hostname)\" too.",
                advice: "Kubernetes knows nodes by their names: give each host its own."
            )
        )
    }

    /// An address, public or internal, belongs to one host: K3s finds a node by any of them.
    private static func addresses(_ hosts: [PlanFacts.Host]) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        var owner: [IPv4Address: Int] = [:]
        for (position, host) in hosts.enumerated() {
            let pointer = hostsPointer.index(position).key("addresses")
            for (key, address) in stated(host) {
                if let first = owner[address] {
                    findings.append(
                        PlanFinding(pointer.key(key), sharedAddress(address, with: hosts[first]))
                    )
                } else {
                    owner[address] = position
                }
            }
        }
        return findings
    }

    private static func stated(
        _ host: PlanFacts.Host
    ) -> [(key: String, address: IPv4Address)] {
        var stated: [(key: String, address: IPv4Address)] = []
        if let address = host.publicAddress { stated.append(("public", address)) }
        if let address = host.internalAddress, address != host.publicAddress {
            stated.append(("internal", address))
        }
        return stated
    }

    private static func sharedAddress(
        _ address: IPv4Address,
        with first: PlanFacts.Host
    ) -> PlanComplaint {
        PlanComplaint(
            .conflict,
            "\(address) is already an address of the host \(named(first)).",
            advice: "K3s would send logs and commands of one to the other, and the mesh could "
                + "reach only one. Give each host its own; clouds that use the same private "
                + "range need different parts of it."
        )
    }

    /// What a host behind NAT cannot do.
    private static func nat(_ hosts: [PlanFacts.Host]) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        for (position, host) in hosts.enumerated() where host.behindNAT == true {
            let pointer = hostsPointer.index(position)
            if host.role == .server {
                let complaint = PlanComplaint(
                    .conflict,
                    "The server stands behind NAT.",
                    advice: "Every other host opens connections to it: choose one with a public "
                        + "address as the server, or remove \"behindNAT\"."
                )
                findings.append(PlanFinding(pointer.key("behindNAT"), complaint))
            }
            if let address = host.internalAddress, address == host.publicAddress {
                let complaint = PlanComplaint(
                    .conflict,
                    "A host behind NAT has no address of its own here.",
                    advice: "Its public address is the gateway's, and Kubernetes refuses one that "
                        + "is on no interface: add \"internal\" with the address that "
                        + "`ip -4 address` shows on the host."
                )
                findings.append(
                    PlanFinding(pointer.key("addresses").key("internal"), complaint)
                )
            }
        }
        return findings
    }

    // MARK: Networks

    /// Blocks that share addresses; told at the later of two, and never at a default if the other
    /// is none.
    private static func overlaps(_ networks: [PlanFacts.Network]) -> [PlanFinding] {
        let stated = networks.filter { !$0.isStated } + networks.filter(\.isStated)
        return stated.indices.compactMap { position in
            let network = stated[position]
            let first = stated[..<position].first { $0.block.overlaps(network.block) }
            guard let first else { return nil }
            let origin = first.isStated ? "" : ", which is the default"
            let complaint = PlanComplaint(
                .conflict,
                "\(network.block) overlaps \(first.block) of \(first.use.pointer)\(origin).",
                advice: "Choose blocks that share no address, as 10.42.0.0/16, 10.43.0.0/16 and "
                    + "10.4.0.0/16."
            )
            return PlanFinding(network.use.pointer, complaint)
        }
    }

    private static func rooms(_ facts: PlanFacts) -> [PlanFinding] {
        facts.networks.compactMap { network in
            guard let room = network.use.capacity(network.block), room < facts.hosts.count else {
                return nil
            }
            let complaint = PlanComplaint(
                .conflict,
                "\(network.block) has room for \(room) of the \(facts.hosts.count) hosts.",
                advice: "Choose a larger block: a smaller number behind the \"/\"."
            )
            return PlanFinding(network.use.pointer, complaint)
        }
    }

    private static func hostsInside(_ facts: PlanFacts) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        for (position, host) in facts.hosts.enumerated() {
            let pointer = hostsPointer.index(position).key("addresses")
            for (key, address) in stated(host) {
                let taken = facts.networks.first { $0.block.contains(address) }
                guard let taken else { continue }
                let complaint = PlanComplaint(
                    .conflict,
                    "\(address) lies inside \(taken.block) of \(taken.use.pointer).",
                    advice: "Packets for the host would go into the cluster: choose another "
                        + "block there, which none of the hosts' networks uses."
                )
                findings.append(PlanFinding(pointer.key(key), complaint))
            }
        }
        return findings
    }

    // MARK: Words

    static let hostsPointer = PlanPointer(["hosts"])

    private static func named(_ host: PlanFacts.Host) -> String {
        host.id.map { "\"\($0)\"" } ?? "before it"
    }
}
