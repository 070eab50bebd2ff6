import Daemon
import Plan
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
}

/// Tells about a machine that is only played what its `Host` knows.
public struct SimulatedReporter: MachineReporter {
    private let host: any Host

    /// Asks the host.
    public init(_ host: any Host) {
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

    /// The state of its K3s.
    public func health() async -> WireHealthReport {
        for name in ["k3s.service", "k3s-agent.service"] {
            guard let unit = try? await host.unit(name), unit.exists else { continue }
            return .with {
                $0.k3SUnit = name
                $0.k3SState = unit.active
            }
        }
        return WireHealthReport()
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
