import Protocol

/// Why a host is not what it should be: a chain of links from the coordinator to the mesh, in the order in
/// which each rests on the one before, and the first of them that is broken.
struct Diagnosis: Sendable, Equatable {
    /// One link.
    struct Link: Sendable, Equatable {
        /// What is looked at.
        var name: String
        /// Whether it holds; nothing where nobody can tell yet.
        var holds: Bool?
        /// What was seen.
        var seen: String
        /// A command that helps where it does not hold.
        var remedy: String = ""
    }

    /// Down to the first that is broken, or all.
    private(set) var links: [Link] = []

    /// The first link that is broken; nothing where all hold.
    var broken: Link? { links.first { $0.holds == false } }

    /// WireGuard renews a session's keys every two minutes while packets flow, and Kilo's checks make them
    /// flow; three minutes without a handshake mean that the peer is gone (WireGuard's paper, section 6.1).
    private static let handshakeLimit: Int64 = 180

    /// Walks the chain for a host.
    ///
    /// - Parameters:
    ///   - host: Its id.
    ///   - nodes: All nodes, as the coordinator lists them.
    ///   - latest: The rollout that began last; nothing where there was none.
    ///   - now: Milliseconds since 1970.
    init(of host: String, among nodes: [WireNode], latest: WireRolloutSummary?, now: Int64) {
        guard let node = nodes.first(where: { $0.id == host }) else {
            links = [
                Link(
                    name: "enrolment",
                    holds: false,
                    seen: "\(host) never enrolled",
                    remedy: "coordinator token create --node \(host)"
                )
            ]
            return
        }
        let chain = [
            { Self.enrolment(node) }, { Self.agent(node, now: now) }, { Self.rollout(latest) },
            { Self.room(node.health) }, { Self.unit(node) }, { Self.mesh(node, among: nodes) },
            { Self.clock(node) },
        ]
        for look in chain {
            let link = look()
            links.append(link)
            if link.holds == false { return }
        }
    }

    private static func enrolment(_ node: WireNode) -> Link {
        node.revoked == 0
            ? Link(name: "enrolment", holds: true, seen: "its certificate counts")
            : Link(
                name: "enrolment",
                holds: false,
                seen: "its certificates were revoked",
                remedy: "coordinator token create --node \(node.id)"
            )
    }

    private static func agent(_ node: WireNode, now: Int64) -> Link {
        guard !node.connected else {
            return Link(name: "agent", holds: true, seen: "connected from \(node.address)")
        }
        let seen =
            node.lastSeen == 0
            ? "never connected" : "gone for \(Spans.short(from: node.lastSeen, to: now))"
        return Link(
            name: "agent",
            holds: false,
            seen: seen,
            remedy:
                "on \(node.id): systemctl status isthmus-agent; journalctl -u isthmus-agent -n 50"
        )
    }

    private static func rollout(_ latest: WireRolloutSummary?) -> Link {
        guard let latest else {
            return Link(name: "rollout", holds: nil, seen: "there was none yet")
        }
        if latest.phase == .paused {
            return Link(
                name: "rollout",
                holds: false,
                seen: "\(latest.id) is paused",
                remedy: "coordinator rollout show \(latest.id)"
            )
        }
        if latest.ended == 0 {
            return Link(name: "rollout", holds: nil, seen: "\(latest.id) is running")
        }
        return latest.outcome == .succeeded
            ? Link(name: "rollout", holds: true, seen: "\(latest.id) succeeded")
            : Link(
                name: "rollout",
                holds: false,
                seen: "\(latest.id) \(latest.outcome == .cancelled ? "was cancelled" : "failed")",
                remedy: "coordinator rollout show \(latest.id)"
            )
    }

    /// The kubelet evicts pods at 90 % of the disk, and the kernel kills where memory ends.
    private static func room(_ health: WireHealthReport) -> Link {
        guard health.diskTotalBytes > 0, health.memoryTotalBytes > 0 else {
            return Link(name: "room", holds: nil, seen: "nothing was reported yet")
        }
        if health.diskFreeBytes < health.diskTotalBytes / 10 {
            return Link(
                name: "room",
                holds: false,
                seen: "\(Spans.bytes(health.diskFreeBytes)) of the disk are free",
                remedy: "apt clean; journalctl --vacuum-size=200M; k3s crictl rmi --prune"
            )
        }
        if health.memoryAvailableBytes < health.memoryTotalBytes / 20 {
            return Link(
                name: "room",
                holds: false,
                seen: "\(Spans.bytes(health.memoryAvailableBytes)) of memory are left",
                remedy: "ps -eo rss,args --sort -rss | head"
            )
        }
        return Link(name: "room", holds: true, seen: "disk and memory suffice")
    }

    private static func unit(_ node: WireNode) -> Link {
        let health = node.health
        guard !health.k3SUnit.isEmpty else {
            return Link(
                name: "k3s",
                holds: false,
                seen: "there is no K3s",
                remedy: "coordinator rollout --plan FILE"
            )
        }
        return Link(
            name: "k3s",
            holds: health.k3SState == "active",
            seen: "\(health.k3SUnit) is \(health.k3SState)",
            remedy: "on \(node.id): journalctl -u \(health.k3SUnit) -n 50"
        )
    }

    private static func mesh(_ node: WireNode, among nodes: [WireNode]) -> Link {
        let health = node.health
        guard !health.peers.isEmpty else {
            return Link(
                name: "wireguard",
                holds: nodes.count < 2 ? nil : false,
                seen: "it has no peers",
                remedy: "on the server: k3s kubectl -n kube-system logs daemonset/kilo --tail=50"
            )
        }
        let silent = health.peers.filter {
            $0.latestHandshake <= 0 || health.at / 1000 - $0.latestHandshake > handshakeLimit
        }
        guard !silent.isEmpty else {
            return Link(
                name: "wireguard",
                holds: true,
                seen: "all \(health.peers.count) peers shook hands"
            )
        }
        let names = silent.map { peer in
            let address = String(peer.endpoint.prefix { $0 != ":" })
            return nodes.first { $0.address == address }?.id ?? peer.endpoint
        }
        return Link(
            name: "wireguard",
            holds: false,
            seen: "\(silent.count) of \(health.peers.count) peers are silent: "
                + names.sorted().joined(separator: ", "),
            remedy: "coordinator preflight --plan FILE; on \(node.id): wg show all"
        )
    }

    private static func clock(_ node: WireNode) -> Link {
        guard node.hasClock else {
            return Link(name: "clock", holds: nil, seen: "no probe was answered yet")
        }
        let off = Int64(clamping: node.clock.skew.magnitude)
        let certain = off.subtractingReportingOverflow(max(0, node.clock.uncertainty)).partialValue
        return Link(
            name: "clock",
            holds: certain < 5_000_000,
            seen: NodeClockReport.skew(node) + " from the coordinator's",
            remedy: "on \(node.id): timedatectl set-ntp true"
        )
    }
}
