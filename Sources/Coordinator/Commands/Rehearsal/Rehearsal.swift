import Agent
import Foundation
import Logging
import Plan
import Protocol
import SimulatedHost
import Steps
import SwiftProtobuf
import Trust

/// A rollout in one process: a real coordinator and real agents over mutual TLS on loopback, on
/// machines that are only simulated.
struct Rehearsal: Sendable {
    /// What is rolled out.
    let submission: PlanSubmission
    /// Where it keeps its files.
    let folder: RehearsalFolder

    /// Runs to the end.
    func run(_ display: any RolloutDisplay) async throws -> WireRolloutOutcome {
        let state = StateDirectory(folder.path + "/coordinator")
        try Initialization(cluster: submission.plan.metadata.name, address: "127.0.0.1")
            .run(in: state)
        let server = try await CoordinatorServer(state: state, options: options)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await server.run() }
            let port = try await server.boundPort()
            for agent in try await enroll(at: port, state: state, folder: folder.path) {
                group.addTask { await agent.run() }
            }
            return try await OperatorConnection(state, port: port).run { client in
                try await rollOut(client, display)
            }
        }
    }

    private var options: CoordinatorOptions {
        var options = CoordinatorOptions()
        options.listenHost = "127.0.0.1"
        options.listenPort = 0
        options.usesStandInArtifacts = true
        options.logger = Self.silence
        return options
    }

    private static let silence = Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() }

    /// Makes a machine for each host, and lets its agent in with a token.
    private func enroll(
        at port: Int,
        state: StateDirectory,
        folder: String
    ) async throws -> [AgentService] {
        let internet = SimulatedInternet()
        return try await OperatorConnection(state, port: port).run { client in
            var agents: [AgentService] = []
            for planned in submission.plan.hosts {
                let request = WireCreateTokenRequest.with {
                    $0.nodeID = planned.id.description
                    $0.timeToLive = TimeToLive.halfAnHour.seconds
                }
                let made = try await client.createToken(request, options: .short)
                let host = try Self.machine(planned, internet)
                let machine = SimulatedReporter(host)
                let enrolled = try await Enrollment.enroll(
                    host: "127.0.0.1",
                    port: UInt16(clamping: port),
                    token: try JoinToken(text: Secret(made.token)),
                    machine: machine,
                    stateDirectory: "\(folder)/agent-\(planned.id)"
                )
                agents.append(
                    try AgentService(
                        enrolled,
                        host: host,
                        machine: machine,
                        logger: Self.silence
                    )
                )
            }
            return agents
        }
    }

    private static func machine(
        _ planned: PlannedHost,
        _ internet: SimulatedInternet
    ) throws -> SimulatedHost {
        let addresses = [planned.publicAddress, planned.internalAddress]
        return try SimulatedHost(
            id: planned.id.description,
            internet: internet,
            facts: HostFacts(
                hostname: "debian",
                architecture: .amd64,
                kernelWireGuard: true,
                addresses: Array(Set(addresses)).sorted()
            )
        )
    }

    private func rollOut(
        _ client: OperatorConnection.Client,
        _ display: any RolloutDisplay
    ) async throws -> WireRolloutOutcome {
        try await waitForAgents(client)
        let begun = try await client.startRollout(submission.request, options: .short)
        let monitor = RolloutMonitor(display)
        let follower = RolloutFollower(
            rolloutID: begun.rolloutID,
            client: client,
            monitor: monitor
        )
        return try await follower.follow().outcome
    }

    private func waitForAgents(_ client: OperatorConnection.Client) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let nodes = try await client.listNodes(WireListNodesRequest(), options: .short).nodes
            if nodes.count(where: \.connected) == submission.plan.hosts.count { return }
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    "the simulated agents did not connect within 30 s",
                    advice: ["Try again when this machine has less to do."]
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A folder of this process alone, for a while.
struct RehearsalFolder {
    let path: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.path
        var template = Array("\(base)/isthmus-rehearsal-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(
                "no temporary folder can be made in \(base): \(String(cString: strerror(errno)))",
                advice: ["Name another place with the environment variable TMPDIR."]
            )
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
