import Plan

extension HostChecks {
    func firewall(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let lines = seen.packetFilter else {
            return native(host, seen) ?? .unseen(.firewall, on: host.id)
        }
        let filter = PacketFilter(lines)
        let port = mesh.port
        var refused: [(what: String, why: PacketFilter.Refusal, remedy: String)] = []
        func look(_ what: String, _ packet: PacketFilter.Packet, _ chain: String, _ remedy: String)
        {
            guard let why = filter.refusal(of: packet, in: chain) else { return }
            refused.append((what, why, remedy))
        }
        look(
            "UDP \(port)",
            .init(transport: "udp", port: port),
            "INPUT",
            "iptables -I INPUT -p udp --dport \(port) -j ACCEPT"
        )
        if host.role == .server {
            look(
                "TCP 6443",
                .init(transport: "tcp", port: 6443),
                "INPUT",
                "iptables -I INPUT -p tcp --dport 6443 -j ACCEPT"
            )
        }
        if !refused.isEmpty {
            return Finding(
                .firewall,
                on: host.id,
                .failed,
                refused.map { "\($0.what) is refused by `\($0.why.words)`" }
                    .joined(separator: "; "),
                remedy: refused.map(\.remedy).joined(separator: "; ")
                    + "; keep it with netfilter-persistent save"
            )
        }
        if let why = filter.refusal(of: .init(), in: "FORWARD"), !seen.isOurs {
            return Finding(
                .firewall,
                on: host.id,
                .warning,
                "what is forwarded to pods is refused by `\(why.words)`",
                remedy: "iptables -I FORWARD -s \(k3s.clusterCIDR) -j ACCEPT; "
                    + "iptables -I FORWARD -d \(k3s.clusterCIDR) -j ACCEPT; keep it with "
                    + "netfilter-persistent save"
            )
        }
        return native(host, seen)
            ?? Finding(.firewall, on: host.id, .passed, "nothing refuses what the mesh needs")
    }

    /// Rules of nftables itself are only told: what they do is seen on the paths.
    private func native(_ host: PlannedHost, _ seen: HostObservation) -> Finding? {
        guard let first = seen.nativeRefusals.first else { return nil }
        return Finding(
            .firewall,
            on: host.id,
            .warning,
            "nftables may refuse: \(first)",
            remedy: "nft list ruleset; let UDP \(mesh.port)"
                + (host.role == .server ? " and TCP 6443" : "") + " in"
        )
    }
}
