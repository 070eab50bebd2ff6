import Agent
import Foundation
import Logging
import Plan
import SimulatedHost
import Steps
import Trust

@testable import Coordinator

/// Simulated machines with their agents enrolled at a coordinator.
struct Machines: Sendable {
    let hosts: [HostID]
    private let agents: [AgentService]

    init(_ bench: ServerBench) async throws {
        let plan = try ClusterPlan.sample()
        let internet = SimulatedInternet()
        var agents: [AgentService] = []
        for planned in plan.hosts {
            let host = try SimulatedHost(
                id: planned.id.description,
                internet: internet,
                facts: HostFacts(
                    hostname: "debian",
                    architecture: .amd64,
                    kernelWireGuard: true,
                    addresses: [planned.publicAddress]
                )
            )
            let token = try await bench.token(for: planned.id.description)
            let state = try await Enrollment.enroll(
                host: "127.0.0.1",
                port: UInt16(clamping: bench.port),
                token: try JoinToken(text: Secret(token)),
                machine: SimulatedReporter(host),
                stateDirectory: "\(bench.folder.path)/agent-\(planned.id)"
            )
            agents.append(
                try AgentService(
                    state,
                    host: host,
                    machine: SimulatedReporter(host),
                    logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() })
                )
            )
        }
        self.agents = agents
        hosts = plan.hosts.map(\.id)
    }

    /// Puts new certificates into the agents' state directories.
    func renew(at bench: ServerBench) async throws {
        for (host, agent) in zip(hosts, agents) {
            let directory = "\(bench.folder.path)/agent-\(host)"
            try await bench.renew(Credential.load(from: directory)).store(in: directory)
            agent.reload()
        }
    }

    func running<Result: Sendable>(
        at port: Int,
        _ body: () async throws -> Result
    ) async throws
        -> Result
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for agent in agents { group.addTask { await agent.run() } }
            return try await body()
        }
    }
}
