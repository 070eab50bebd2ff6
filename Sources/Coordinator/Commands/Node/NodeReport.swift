import Protocol

/// Nodes and their health, as a table or as JSON.
enum NodeReport {
    /// WireGuard renews a session's keys every two minutes while packets flow; three minutes without
    /// a handshake mean that the peer is gone (REJECT_AFTER_TIME in WireGuard's paper, section 6.1).
    private static let handshakeLimit: Int64 = 180

    /// A header and a line for each node.
    static func table(_ nodes: [WireNode], now: Int64) -> [String] {
        var table = TextTable([
            ("NODE", .left), ("STATE", .left), ("LOAD", .right), ("MEMORY", .right),
            ("DISK", .right), ("K3S", .left), ("WIREGUARD", .left), ("RTT", .right),
            ("SKEW", .right), ("CERTIFICATE", .right), ("ADDRESS", .left),
        ])
        for node in nodes.sorted(by: { $0.id < $1.id }) {
            table.append([
                node.id,
                standing(of: node, now: now),
                node.hasHealth ? load(node.health.load) : "-",
                node.hasHealth
                    ? share(
                        free: node.health.memoryAvailableBytes,
                        of: node.health.memoryTotalBytes
                    )
                    : "-",
                node.hasHealth
                    ? share(free: node.health.diskFreeBytes, of: node.health.diskTotalBytes) : "-",
                k3s(node.health),
                wireGuard(node.health),
                NodeClockReport.roundTrip(node),
                NodeClockReport.skew(node),
                certificate(expires: node.certificateExpires, now: now),
                node.address.isEmpty ? "-" : node.address,
            ])
        }
        return table.lines()
    }

    /// One object with all that is known.
    static func json(_ nodes: [WireNode]) -> JSONLine {
        .object([("nodes", .array(nodes.sorted { $0.id < $1.id }.map(json)))])
    }

    private static func standing(of node: WireNode, now: Int64) -> String {
        let played = node.facts.simulated ? ", simulated" : ""
        if node.revoked != 0 {
            return "revoked \(Spans.short(from: node.revoked, to: now)) ago" + played
        }
        if node.connected { return "connected" + played }
        if node.lastSeen == 0 { return "never seen" + played }
        return "lost \(Spans.short(from: node.lastSeen, to: now)) ago" + played
    }

    private static func load(_ load: Double) -> String {
        guard load.isFinite, load >= 0, load < 1_000_000 else { return "-" }
        let hundredths = Int((load * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func share(free: Int64, of total: Int64) -> String {
        guard total > 0 else { return "-" }
        let used = max(0, total - min(total, max(0, free)))
        return "\(Spans.bytes(used))/\(Spans.bytes(total))"
    }

    private static func k3s(_ health: WireHealthReport) -> String {
        guard !health.k3SUnit.isEmpty else { return "-" }
        let suffix = ".service"
        let unit =
            health.k3SUnit.hasSuffix(suffix)
            ? String(health.k3SUnit.dropLast(suffix.count)) : health.k3SUnit
        return "\(unit) \(health.k3SState)"
    }

    private static func wireGuard(_ health: WireHealthReport) -> String {
        guard !health.peers.isEmpty else { return "-" }
        let ages = health.peers.map { peer in
            peer.latestHandshake <= 0
                ? nil : max(0, max(0, health.at) / 1000 - peer.latestHandshake)
        }
        let alive = ages.count { ($0 ?? .max) <= handshakeLimit }
        let known = ages.compactMap(\.self)
        let oldest =
            known.count < ages.count
            ? "never" : Spans.short(milliseconds: (known.max() ?? 0) * 1000)
        return "\(alive)/\(ages.count) \(oldest)"
    }

    private static func certificate(expires: Int64, now: Int64) -> String {
        if expires == 0 { return "-" }
        return expires <= now ? "expired" : Spans.short(from: now, to: expires)
    }

    private static func json(_ node: WireNode) -> JSONLine {
        var members: [(String, JSONLine)] = [
            ("id", .string(node.id)),
            ("connected", .bool(node.connected)),
            ("lastSeen", .integer(node.lastSeen)),
            ("address", .string(node.address)),
            ("certificateExpires", .integer(node.certificateExpires)),
        ]
        if node.revoked != 0 {
            members.append(("revoked", .integer(node.revoked)))
            members.append(("revocationReason", .string(node.revocationReason)))
        }
        if node.hasFacts { members.append(("facts", json(node.facts))) }
        if node.hasHealth { members.append(("health", json(node.health))) }
        if node.hasClock { members.append(("clock", json(node.clock))) }
        return .object(members)
    }

    private static func json(_ clock: WireNodeClock) -> JSONLine {
        .object([
            ("shortestRoundTripMicroseconds", .integer(clock.shortestRoundTrip)),
            ("medianRoundTripMicroseconds", .integer(clock.medianRoundTrip)),
            ("skewMicroseconds", .integer(clock.skew)),
            ("uncertaintyMicroseconds", .integer(clock.uncertainty)),
            ("probes", .integer(Int64(clock.probes))),
            ("at", .integer(clock.at)),
        ])
    }

    private static func json(_ facts: WireMachineFacts) -> JSONLine {
        .object([
            ("hostname", .string(facts.hostname)),
            ("machineID", .string(facts.machineID)),
            ("architecture", .string(facts.architecture)),
            ("operatingSystem", .string(facts.operatingSystem)),
            ("kernel", .string(facts.kernel)),
            ("agentVersion", .string(facts.agentVersion)),
            ("simulated", .bool(facts.simulated)),
            ("cpus", .integer(Int64(facts.cpus))),
            ("memoryBytes", .integer(facts.memoryBytes)),
        ])
    }

    private static func json(_ health: WireHealthReport) -> JSONLine {
        let peers = health.peers.map { peer in
            JSONLine.object([
                ("publicKey", .string(peer.publicKey)),
                ("endpoint", .string(peer.endpoint)),
                ("latestHandshake", .integer(peer.latestHandshake)),
            ])
        }
        return .object([
            ("at", .integer(health.at)),
            ("load", .double(health.load)),
            ("memoryTotalBytes", .integer(health.memoryTotalBytes)),
            ("memoryAvailableBytes", .integer(health.memoryAvailableBytes)),
            ("diskTotalBytes", .integer(health.diskTotalBytes)),
            ("diskFreeBytes", .integer(health.diskFreeBytes)),
            ("k3sUnit", .string(health.k3SUnit)),
            ("k3sState", .string(health.k3SState)),
            ("wireGuardPeers", .array(peers)),
        ])
    }
}
