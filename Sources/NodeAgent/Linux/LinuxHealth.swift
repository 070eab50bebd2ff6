import Plan
import Steps

/// How a machine is doing; empty or 0 what it does not tell.
struct LinuxHealth: Sendable, Equatable {
    /// One minute's load average.
    var load: Double = 0
    /// Bytes.
    var memoryTotal: Int64 = 0
    /// Bytes that programs can still get without swapping.
    var memoryAvailable: Int64 = 0
    /// Bytes of the file system that K3s keeps its data on.
    var diskTotal: Int64 = 0
    /// Bytes.
    var diskFree: Int64 = 0
    /// `k3s.service` or `k3s-agent.service`, whichever there is.
    var k3sUnit: String = ""
    /// systemd's ActiveState of it.
    var k3sState: String = ""
    var peers: [WireGuardPeer] = []

    /// The other end of a tunnel.
    struct WireGuardPeer: Sendable, Equatable {
        /// Base64.
        var publicKey: String
        /// Address and port; empty where it is not known yet.
        var endpoint: String
        /// Seconds since 1970; 0 where there was none yet.
        var latestHandshake: Int64
    }
}

extension LinuxHost {
    /// Looks at the machine; takes what it can get.
    func health() async -> LinuxHealth {
        var health = LinuxHealth()
        health.load = Self.text(of: "/proc/loadavg").flatMap(Self.load) ?? 0
        if let memory = Self.text(of: "/proc/meminfo").flatMap(MemoryInfo.init) {
            health.memoryTotal = memory.total
            health.memoryAvailable = memory.available
        }
        if let disk = FileSystem(holding: "/var/lib/rancher") ?? FileSystem(holding: "/") {
            health.diskTotal = disk.total
            health.diskFree = disk.free
        }
        for name in ["k3s.service", "k3s-agent.service"] {
            guard let unit = try? await unit(name), unit.exists else { continue }
            health.k3sUnit = name
            health.k3sState = unit.active
            break
        }
        health.peers = await wireGuardPeers()
        return health
    }

    /// Asks for endpoints and handshakes one after the other, because `wg show all dump`, which
    /// tells both, tells private keys as well.
    private func wireGuardPeers() async -> [LinuxHealth.WireGuardPeer] {
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
    static func peers(endpoints: String, handshakes: String) -> [LinuxHealth.WireGuardPeer] {
        let moments = Dictionary(
            rows(handshakes).map { ("\($0.interface) \($0.peer)", Int64($0.value) ?? 0) },
            uniquingKeysWith: max
        )
        return rows(endpoints).map { row in
            LinuxHealth.WireGuardPeer(
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
