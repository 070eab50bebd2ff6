import Daemon
import Plan
public import Preflight
public import Protocol
public import Steps
import SwiftProtobuf

/// What an agent tells about its machine. What cannot be had stays empty: a report with holes is
/// better than none. The agent adds its version and the time.
public protocol MachineReporter: Sendable {
    /// What the machine is; asked at enrolment and at the beginning of each session.
    func facts() async -> WireMachineFacts
    /// How the machine is; asked every few seconds.
    func health() async -> WireHealthReport
    /// What looks at it before a rollout, and measures the ways to others.
    var prober: any HostProber { get }
}

/// Tells about a machine that is only played what it knows itself.
public struct SimulatedReporter: MachineReporter {
    private let host: any Host & HealthSource & HostProber

    /// Asks the host.
    public init(_ host: any Host & HealthSource & HostProber) {
        self.host = host
    }

    /// Its hostname and architecture.
    public func facts() async -> WireMachineFacts {
        let known = try? await host.facts()
        return .with {
            $0.hostname = known?.hostname ?? ""
            $0.architecture = known?.architecture.rawValue ?? ""
            $0.operatingSystem = "simulated"
            $0.simulated = true
        }
    }

    /// The host plays that as well.
    public var prober: any HostProber { host }

    /// What the host tells; its figures are made up.
    public func health() async -> WireHealthReport {
        WireHealthReport(await host.health())
    }
}

extension WireHealthReport {
    /// What a host tells, without a date.
    public init(_ health: HostHealth) {
        self.init()
        load = health.load
        memoryTotalBytes = health.memoryTotal
        memoryAvailableBytes = health.memoryAvailable
        diskTotalBytes = health.diskTotal
        diskFreeBytes = health.diskFree
        k3SUnit = health.k3sUnit
        k3SState = health.k3sState
        peers = health.peers.map { peer in
            .with {
                $0.publicKey = peer.publicKey
                $0.endpoint = peer.endpoint
                $0.latestHandshake = peer.latestHandshake
            }
        }
    }
}

extension MachineReporter {
    /// The facts, and which agent tells them.
    func signedFacts() async -> WireMachineFacts {
        var facts = await facts()
        facts.agentVersion = Release.version
        return facts
    }

    /// The health, and when it was looked at.
    func datedHealth() async -> WireHealthReport {
        var health = await health()
        health.at = WallClock.now()
        return health
    }
}
