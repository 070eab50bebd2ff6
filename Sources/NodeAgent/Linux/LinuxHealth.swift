import Plan
import Steps

extension LinuxHost: HealthSource {
    /// Looks at the machine; takes what it can get.
    func health() async -> HostHealth {
        var health = HostHealth()
        health.load = Self.text(of: "/proc/loadavg").flatMap(Self.load) ?? 0
        if let memory = Self.text(of: "/proc/meminfo").flatMap(MemoryInfo.init) {
            health.memoryTotal = memory.total
            health.memoryAvailable = memory.available
        }
        if let disk = FileSystem(holding: "/var/lib/rancher") ?? FileSystem(holding: "/") {
            health.diskTotal = disk.total
            health.diskFree = disk.free
        }
        await health.lookAtK3s(of: self)
        health.peers = await wireGuardPeers()
        return health
    }

    /// Asks for endpoints and handshakes one after the other, because `wg show all dump`, which
    /// tells both, tells private keys as well.
    private func wireGuardPeers() async -> [HostHealth.Peer] {
        guard let endpoints = try? await run(Command(["wg", "show", "all", "endpoints"])),
            let handshakes = try? await run(Command(["wg", "show", "all", "latest-handshakes"]))
        else { return [] }
        return WireGuardTables.peers(
            endpoints: endpoints.standardOutput,
            handshakes: handshakes.standardOutput
        )
    }

    private static func load(in text: String) -> Double? {
        text.split(separator: " ").first.flatMap { Double($0) }
    }
}

/// The tables that `wg show all …` prints: interface, peer's public key, value, between tabs. The
/// table of endpoints names the interface with its first peer only.
enum WireGuardTables {
    static func peers(endpoints: String, handshakes: String) -> [HostHealth.Peer] {
        let moments = Dictionary(
            rows(handshakes).map { ("\($0.interface) \($0.peer)", Int64($0.value) ?? 0) },
            uniquingKeysWith: max
        )
        return rows(endpoints).map { row in
            HostHealth.Peer(
                publicKey: row.peer,
                endpoint: row.value == "(none)" ? "" : row.value,
                latestHandshake: moments["\(row.interface) \(row.peer)"] ?? 0
            )
        }
    }

    private static func rows(
        _ text: String
    ) -> [(interface: String, peer: String, value: String)] {
        var interface = ""
        return text.textLines.compactMap { line in
            let cells = line.split(separator: "\t").map(String.init)
            switch cells.count {
            case 3:
                interface = cells[0]
                return (interface, cells[1], cells[2])
            case 2 where !interface.isEmpty: return (interface, cells[0], cells[1])
            default: return nil
            }
        }
    }
}
