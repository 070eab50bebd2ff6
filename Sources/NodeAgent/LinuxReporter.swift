import Agent
import Plan
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

    func health() async -> WireHealthReport {
        let health = await host.health()
        return .with {
            $0.load = health.load
            $0.memoryTotalBytes = health.memoryTotal
            $0.memoryAvailableBytes = health.memoryAvailable
            $0.diskTotalBytes = health.diskTotal
            $0.diskFreeBytes = health.diskFree
            $0.k3SUnit = health.k3sUnit
            $0.k3SState = health.k3sState
            $0.peers = health.peers.map { peer in
                .with {
                    $0.publicKey = peer.publicKey
                    $0.endpoint = peer.endpoint
                    $0.latestHandshake = peer.latestHandshake
                }
            }
        }
    }
}
