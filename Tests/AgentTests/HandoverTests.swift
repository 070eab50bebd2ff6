import Daemon
import GRPCTransport
import Plan
import Protocol
import Steps
import Testing
import Trust

@testable import Agent

/// An agent that goes on to another certificate while it works.
@Suite(.timeLimit(.minutes(4))) struct HandoverTests {
    private let talking = "r-00000001.kube-seoul.talking.1"
    private let fetching = "r-00000001.kube-seoul.fetching.1"

    @Test func `a step's lines and a download go on over a change of certificates`() async throws {
        try await withCoordinator { coordinator, folder in
            let (received, gate) = (Recorder<[UInt8]>(), Gate())
            coordinator.service.set {
                $0.artifact = { _, _ in .init(chunks: [[1, 2], [3]], gate: gate) }
            }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(talking, Self.talker))
            coordinator.service.send(.assign(fetching, Self.fetcher(into: received)))
            _ = try await coordinator.service.heard.element(10) { $0.output.executionID == talking }
            _ = try await received.element { _ in true }

            try coordinator.state(in: "\(folder)-new").credential.store(in: folder)
            agent.reload()
            let hello = try await coordinator.service.heard.hello(2)
            #expect(Set(hello.unfinished) == [talking, fetching])
            let peers = coordinator.service.peers.all
            #expect(peers.count == 2 && peers[0].serial != peers[1].serial)
            gate.open()
            _ = try await coordinator.service.heard.result(talking)
            _ = try await coordinator.service.heard.result(fetching)

            let heard = coordinator.service.heard.all
            let lines = heard.filter { $0.output.executionID == talking }.map(\.output.line)
            #expect(lines == (0..<60).map { "line \($0)" })
            #expect(heard.count { $0.result.executionID == talking } == 1)
            #expect(received.all.flatMap(\.self) == [1, 2, 3])
            #expect(coordinator.service.fetches.all.count == 1)
            await agent.stop()
        }
    }

    @Test func `a pair that does not fit is passed over until it does`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.service.set { $0.healthInterval = 100 }
            let old = try coordinator.state(in: folder)
            let new = try coordinator.state(in: "\(folder)-new")
            let agent = try AgentUnderTest(old)
            _ = try await coordinator.service.heard.hello()
            try AtomicFile.write(
                "\(folder)/cert.pem",
                Array(new.credential.certificate.utf8),
                mode: 0o644
            )
            agent.reload()
            agent.reload()
            _ = try await coordinator.service.heard.element(3) { $0.health.at > 0 }
            #expect(coordinator.service.peers.all.count == 1)
            try AtomicFile.write("\(folder)/key.pem", new.credential.key.reveal(), mode: 0o600)
            agent.reload()
            _ = try await coordinator.service.heard.hello(2)
            await agent.stop()
        }
    }

    private static let talker = Script { context throws(StepFailure) in
        for number in 0..<60 {
            context.report("line \(number)")
            try? await Task.sleep(for: .milliseconds(10))
        }
        return [:]
    }

    private static func fetcher(into received: Recorder<[UInt8]>) -> Script {
        Script { context throws(StepFailure) in
            do throws(HostFailure) {
                try await context.artifacts.fetch(sha256: "abc", from: 0) {
                    bytes throws(HostFailure) in
                    received.append(bytes)
                }
            } catch {
                throw StepFailure(error.message)
            }
            return [:]
        }
    }
}
