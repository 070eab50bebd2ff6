import Foundation
import GRPCTransport
import Logging
import Testing

@testable import Coordinator

/// An agent's machine sleeps, as a laptop does: the process stands still, and its sockets stay open.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SuspensionTests {
    @Test func `an agent that sleeps in the middle of a step is missed, comes back and goes on`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            try await Self.serving(world) {
                let agents = try await world.populate()
                let sleeper = try #require(agents["kube-japan"])
                let rollout = try await world.beginRollout()
                try await eventually("K3s' server is being installed", within: .seconds(60)) {
                    try RolloutLog(rollout.output).has("k3s-server", in: "running")
                }
                kill(sleeper.id, SIGSTOP)
                try await eventually("the sleeper is missed") {
                    try await world.connected() == ["kube-seoul", "kube-chuncheon"]
                }
                kill(sleeper.id, SIGCONT)

                let ending = try await rollout.ending(within: .seconds(120))
                #expect(ending.status == 0, "\(ending.complaint)")
                let log = try RolloutLog(ending.output)
                #expect(log.end?.outcome == "succeeded")
                #expect(log.end?.failed == 0)
                log.expectOrder()
                Executions(of: Array(agents.values)).expectNoneFinishedRanAgain()
                #expect(try await world.connected() == Set(World.hosts))
            }
        }
    }

    /// A coordinator that misses its peers sooner than usual, so that a test need not wait for it.
    private static func serving(_ world: World, _ body: () async throws -> Void) async throws {
        var options = CoordinatorOptions()
        options.listenHost = "127.0.0.1"
        options.listenPort = world.port
        options.usesStandInArtifacts = true
        options.keepalive = Keepalive(interval: .milliseconds(500), timeout: .seconds(2))
        options.logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let state = StateDirectory(world.state.path)
        let server = try await CoordinatorServer(state: state, options: options)
        let running = Task { try await server.run() }
        _ = try await server.boundPort()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        server.beginGracefulShutdown()
        try await running.value
        try result.get()
    }
}
