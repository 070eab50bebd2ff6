import Agent
import Logging
import Plan
import Protocol
import SimulatedHost
import Steps
import Trust

@testable import Coordinator

/// Played machines of the sample plan, with their agents enrolled at a coordinator.
struct PlayedMachines: Sendable {
    let hosts: [SimulatedHost]
    private let agents: [AgentService]

    init(_ bench: ServerBench) async throws {
        let internet = SimulatedInternet()
        var hosts: [SimulatedHost] = []
        var agents: [AgentService] = []
        for planned in try ClusterPlan.sample().hosts {
            let host = try SimulatedHost(
                id: planned.id.description,
                internet: internet,
                facts: HostFacts(
                    hostname: "vps-\(planned.id)",
                    architecture: .amd64,
                    kernelWireGuard: true,
                    addresses: [planned.publicAddress]
                )
            )
            let state = try await Enrollment.enroll(
                host: "127.0.0.1",
                port: UInt16(clamping: bench.port),
                token: try JoinToken(text: Secret(try await bench.token(for: host.id))),
                machine: SimulatedReporter(host),
                stateDirectory: "\(bench.folder.path)/agent-\(planned.id)"
            )
            hosts.append(host)
            agents.append(
                try AgentService(
                    state,
                    host: host,
                    machine: SimulatedReporter(host),
                    logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() })
                )
            )
        }
        self.hosts = hosts
        self.agents = agents
    }

    /// Runs the agents for as long as the body takes, which begins once all are connected and their clocks
    /// are known.
    func running(at bench: ServerBench, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for agent in agents { group.addTask { await agent.run() } }
            try await bench.operating { client in
                while try await client.listNodes(.init()).nodes.count(where: \.hasClock)
                    < hosts.count
                {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            try await body()
        }
    }
}
