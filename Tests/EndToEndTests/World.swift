import Foundation
import Testing

/// A coordinator and the agents of simulated machines, as processes in a temporary folder.
actor World {
    /// The article's hosts.
    static let hosts = ["kube-japan", "kube-seoul", "kube-chuncheon"]

    /// Holds everything.
    nonisolated let folder: URL
    /// The port that the coordinator listens on.
    nonisolated let port: Int
    private var programs: [Program] = []

    /// Makes the folder, runs the body, and ends and removes all there is, however the body ends.
    static func with(_ body: (World) async throws -> Void) async throws {
        let world = try World()
        do {
            try await body(world)
        } catch {
            await world.tellLogs()
            await world.end()
            throw error
        }
        await world.end()
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("isthmus-test-\(UUID().uuidString.prefix(8))")
        port = try Self.freePort()
        for name in ["logs", "tokens", "hosts", "temporary"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name),
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
    }

    /// The coordinator's state folder.
    nonisolated var state: URL { folder.appendingPathComponent("coordinator") }
    /// What all processes said.
    nonisolated var logs: URL { folder.appendingPathComponent("logs") }
    /// Where the programs make their temporary files.
    nonisolated var temporary: URL { folder.appendingPathComponent("temporary") }
    /// The state folder of a host's agent.
    nonisolated func agentState(of host: String) -> URL {
        folder.appendingPathComponent("agent-\(host)")
    }
    /// The folder of a simulated machine.
    nonisolated func machine(_ host: String) -> URL {
        folder.appendingPathComponent("hosts").appendingPathComponent(host)
    }
    /// The file with a host's join token.
    nonisolated func tokenFile(of host: String) -> URL {
        folder.appendingPathComponent("tokens").appendingPathComponent(host)
    }

    // MARK: Programs

    /// Starts a program that is ended with the world.
    func start(
        _ name: String,
        _ arguments: [String],
        on terminal: PseudoTerminal? = nil
    ) throws -> Program {
        let program = try Program(
            name,
            arguments,
            log: logs,
            temporary: temporary,
            terminal: terminal
        )
        programs.append(program)
        return program
    }

    /// Runs an operator's command to its end.
    func coordinator(
        _ arguments: String...,
        within limit: Duration = .seconds(120)
    ) async throws -> Program.Ending {
        let program = try start("coordinator", arguments + ["--state", state.path])
        return try await program.ending(within: limit)
    }

    /// `coordinator init`.
    func initialize(cluster: String = "three-clouds") async throws {
        let ending = try await coordinator(
            "init",
            "--cluster",
            cluster,
            "--address",
            "127.0.0.1:\(port)"
        )
        try #require(ending.status == 0, "\(ending.complaint)")
    }

    /// `coordinator serve`, until it answers.
    func serve(artifacts: [String] = ["--stand-in-artifacts"]) async throws -> Program {
        let place = ["--listen", "127.0.0.1:\(port)", "--state", state.path]
        let program = try start("coordinator", ["serve"] + artifacts + place)
        try await eventually("the coordinator serves") {
            guard program.isRunning else {
                throw NeverCame(description: "the coordinator ended: \(program.complaint)")
            }
            return try await self.coordinator("node", "list").status == 0
        }
        return program
    }

    /// Makes a host's token and puts it into its file.
    func makeToken(for host: String) async throws {
        let ending = try await coordinator("token", "create", "--node", host)
        try #require(ending.status == 0, "\(ending.complaint)")
        try Data(ending.output.utf8).write(to: tokenFile(of: host))
    }

    /// `node-agent enroll` with the token in the host's file.
    func enroll(_ host: String, token: URL? = nil) async throws -> Program.Ending {
        let file = token ?? tokenFile(of: host)
        return try await start(
            "node-agent",
            [
                "enroll", "--coordinator", "127.0.0.1:\(port)", "--token-file", file.path,
                "--state", agentState(of: host).path, "--host",
                "simulated:\(machine(host).path)",
            ]
        ).ending()
    }

    /// `node-agent run` on the host's simulated machine.
    func runAgent(of host: String, policy: URL? = nil) throws -> Program {
        try start(
            "node-agent",
            [
                "run", "--state", agentState(of: host).path, "--host",
                "simulated:\(machine(host).path)",
            ] + (policy.map { ["--policy", $0.path] } ?? [])
        )
    }

    /// Lets all hosts in and starts their agents.
    func populate(_ hosts: [String] = World.hosts) async throws -> [String: Program] {
        var agents: [String: Program] = [:]
        for host in hosts {
            try await makeToken(for: host)
            let ending = try await enroll(host)
            try #require(ending.status == 0, "\(ending.complaint)")
            agents[host] = try runAgent(of: host)
        }
        try await eventually("all agents are connected") {
            try await self.connected() == Set(hosts)
        }
        return agents
    }

    /// Whose agents are connected.
    func connected() async throws -> Set<String> {
        let list = try await coordinator("node", "list", "--output", "json")
        guard list.status == 0 else { return [] }
        let nodes = try JSONDecoder().decode(NodeListing.self, from: Data(list.output.utf8)).nodes
        return Set(nodes.filter(\.connected).map(\.id))
    }

    /// Begins a rollout of the article's plan; what it says comes as JSON.
    func beginRollout(of plan: URL = Plans.threeClouds) throws -> Program {
        try start(
            "coordinator",
            ["rollout", "--plan", plan.path, "--output", "json", "--state", state.path]
        )
    }

    // MARK: End

    private func end() async {
        for program in programs.reversed() { await program.stop() }
        try? FileManager.default.removeItem(at: folder)
    }

    /// What the long-running processes said, for the reader of a failed test.
    private func tellLogs() {
        for program in programs where ["serve", "run"].contains(program.arguments.first) {
            let words = program.arguments.prefix(1).joined()
            Issue.record("\(words) said:\n\(program.complaint.suffix(4000))")
        }
    }

    /// A port that nobody has at this moment, outside of those that the kernel gives to whoever
    /// connects (ip_local_port_range: 32768 to 60999).
    private static func freePort() throws -> Int {
        for _ in 0..<100 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            let port = UInt16.random(in: 20_000..<32_000)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port.bigEndian)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return Int(port) }
        }
        throw NeverCame(description: "no free port")
    }
}

/// What `node list --output json` says, as far as tests care.
struct NodeListing: Decodable {
    struct Node: Decodable {
        let id: String
        let connected: Bool
    }
    let nodes: [Node]
}

/// Plans to roll out.
enum Plans {
    /// The article's cluster.
    static let threeClouds = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("packaging/examples/three-clouds.json")
}
