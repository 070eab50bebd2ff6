import Agent
import Plan
import Preflight
import Protocol
import Steps
import SwiftProtobuf

/// Tells about the machine that the agent runs on.
struct LinuxReporter: MachineReporter {
    /// The machine.
    let host: LinuxHost

    func facts() async -> WireMachineFacts {
        let facts = host.machineFacts()
        return .with {
            $0.hostname = facts.hostname
            $0.machineID = facts.machineID
            $0.architecture = facts.architecture.rawValue
            $0.operatingSystem = facts.operatingSystem
            $0.kernel = facts.kernel
            $0.cpus = Int32(clamping: facts.cpus)
            $0.memoryBytes = facts.memory
        }
    }

    var prober: any HostProber { host }

    func health() async -> WireHealthReport {
        WireHealthReport(await host.health())
    }
}
