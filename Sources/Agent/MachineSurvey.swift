import Plan
import Protocol
import Steps
import SwiftProtobuf

/// What the machine says about itself, read through its `Host`. What cannot be had is left out:
/// a report with holes is better than none.
struct MachineSurvey: Sendable {
    /// The machine.
    let host: any Host
    /// Whether it is only played.
    let isSimulated: Bool

    /// What the machine is.
    func facts() async -> WireMachineFacts {
        let known = try? await host.facts()
        let identity = await text("/etc/machine-id")
        let release = await text("/etc/os-release")
        let kernel = await text("/proc/sys/kernel/osrelease")
        let processors = await text("/proc/cpuinfo")
        let memory = ProcText.kibibytes("MemTotal", in: await text("/proc/meminfo"))
        return .with {
            $0.hostname = known?.hostname ?? ""
            $0.machineID = OneLine.clip(ProcText.trimmed(identity))
            $0.architecture = known?.architecture.rawValue ?? ""
            $0.operatingSystem = OneLine.clip(ProcText.prettyName(release))
            $0.kernel = OneLine.clip(ProcText.trimmed(kernel))
            $0.agentVersion = AgentVersion.current
            $0.simulated = isSimulated
            $0.cpus = Int32(clamping: ProcText.processors(processors))
            $0.memoryBytes = memory
        }
    }

    /// How the machine is.
    func health() async -> WireHealthReport {
        let memory = await text("/proc/meminfo")
        let load = ProcText.load(await text("/proc/loadavg"))
        let disk = await disk()
        let unit = await k3s()
        let peers = await peers()
        return .with {
            $0.at = WallClock.now()
            $0.load = load
            $0.memoryTotalBytes = ProcText.kibibytes("MemTotal", in: memory)
            $0.memoryAvailableBytes = ProcText.kibibytes("MemAvailable", in: memory)
            $0.diskTotalBytes = disk.total
            $0.diskFreeBytes = disk.free
            $0.k3SUnit = unit.name
            $0.k3SState = unit.state
            $0.peers = peers
        }
    }

    private func text(_ path: String) async -> String {
        guard let bytes = try? await host.read(path) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func output(of argv: [String]) async -> String {
        let command = Command(argv, timeout: 5000)
        guard let result = try? await host.run(command), result.status == 0 else { return "" }
        return result.standardOutput
    }

    private func disk() async -> (total: Int64, free: Int64) {
        ProcText.disk(
            await output(of: ["df", "--block-size=1", "--output=size,avail", "/var/lib"])
        )
    }

    private func k3s() async -> (name: String, state: String) {
        for name in ["k3s.service", "k3s-agent.service"] {
            guard let unit = try? await host.unit(name), unit.exists else { continue }
            return (name, OneLine.clip(unit.active))
        }
        return ("", "")
    }

    /// `wg show … dump` would tell the private key; these two tell only what peers are.
    private func peers() async -> [WireWireGuardPeer] {
        let handshakes = await output(of: ["wg", "show", "all", "latest-handshakes"])
        guard !handshakes.isEmpty else { return [] }
        let endpoints = await output(of: ["wg", "show", "all", "endpoints"])
        return ProcText.peers(handshakes: handshakes, endpoints: endpoints).map { peer in
            .with {
                $0.publicKey = peer.publicKey
                $0.endpoint = peer.endpoint
                $0.latestHandshake = peer.latestHandshake
            }
        }
    }
}
