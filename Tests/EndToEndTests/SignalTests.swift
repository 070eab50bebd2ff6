import Daemon
import Foundation
import Plan
import Testing
import Trust

@testable import Coordinator

/// What an administrator's signals do to the running programs.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SignalTests {
    @Test func `SIGTERM ends the coordinator although a client follows without end`() async throws {
        try await World.with { world in
            try await world.initialize()
            let server = try await world.serve()
            let follower = try await world.start(
                "coordinator",
                ["events", "--follow", "--output", "json", "--state", world.state.path]
            )
            try await eventually("the follower follows") {
                follower.output.contains("coordinator-started")
            }
            Glibc.kill(server.id, SIGTERM)
            let ending = try await server.ending(within: .seconds(8))
            #expect(ending.status == 0, "\(ending.complaint)")
            #expect(ending.complaint.contains("The coordinator stops"))
            try await eventually("the follower hears of it") {
                follower.output.contains("coordinator-stopping")
            }
            #expect(follower.isRunning)

            // The same follower finds the next coordinator; stopped itself, it can say no farewell.
            let next = try await world.serve()
            try await eventually("the follower is back") {
                follower.output.components(separatedBy: "coordinator-started").count == 3
            }
            Glibc.kill(follower.id, SIGSTOP)
            Glibc.kill(next.id, SIGTERM)
            let last = try await next.ending(within: .seconds(25))
            Glibc.kill(follower.id, SIGCONT)
            #expect(last.status == 0, "\(last.complaint)")
            #expect(last.complaint.contains("The coordinator stops"))
        }
    }

    @Test func `SIGHUP makes both programs look for another certificate`() async throws {
        try await World.with { world in
            try await world.initialize()
            let server = try await world.serve()
            let agents = try await world.populate(["kube-seoul"])
            let agent = try #require(agents["kube-seoul"])

            let coordinator = SPIFFEIdentity.coordinator(cluster: "three-clouds")
            try Self.issue(coordinator, in: world, to: world.state.path + "/coordinator")
            Glibc.kill(server.id, SIGHUP)
            try await eventually("the coordinator shows the new certificate") {
                server.complaint.contains("shows another certificate from now on")
            }
            #expect(server.complaint.contains("Asked to look for another credential"))
            // Who connects from now on meets the new one.
            #expect(try await world.connected() == ["kube-seoul"])

            Glibc.kill(agent.id, SIGHUP)
            try await eventually("the agent looks") {
                agent.complaint.contains("asked to look for another credential")
            }
            #expect(server.isRunning && agent.isRunning)
        }
    }

    private static func issue(
        _ identity: SPIFFEIdentity,
        in world: World,
        to directory: String
    ) throws {
        let state = StateDirectory(world.state.path)
        let authority = try AuthorityFiles(state: state).load().signer
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            CertificateRequest.make(commonName: "any", key: key),
            to: identity,
            addresses: ["127.0.0.1"],
            now: WallClock.now()
        )
        try Credential(
            certificate: certificate.pem,
            key: try key.pem(),
            authorities: authority.certificate.pem
        ).store(in: directory)
    }
}
