import Foundation
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct CoordinatorServerTests {
    @Test func `health is answered to those with a certificate`() async throws {
        try await ServerBench.run { bench in
            let credential = try Credential.load(from: bench.state.operator)
            try await bench.calling(as: credential) { client in
                let health = GRPCHealth.Client(wrapping: client)
                #expect(try await health.check(.init()).status == .serving)
                let known = try await health.check(.with { $0.service = "isthmus.v1.Operator" })
                #expect(known.status == .serving)
                let error = await #expect(throws: RPCError.self) {
                    try await health.check(.with { $0.service = "nothing" })
                }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test func `who watches health hears of the stop`() async throws {
        let bench = try await ServerBench()
        let credential = try Credential.load(from: bench.state.operator)
        let heard = try await bench.calling(as: credential) { client in
            try await GRPCHealth.Client(wrapping: client).watch(.init()) { response in
                var heard: [GRPCHealthCheckResponse.ServingStatus] = []
                for try await message in response.messages {
                    heard.append(message.status)
                    if heard.count == 1 { bench.server.beginGracefulShutdown() }
                }
                return heard
            }
        }
        #expect(heard == [.serving, .notServing])
        try await bench.stop()
    }

    @Test func `a session is welcomed, and shows in the list`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            try await bench.calling(as: agent) { client in
                let link = WireAgentLink.Client(wrapping: client)
                try await link.session(request: .session(["hello"])) { response in
                    for try await message in response.messages {
                        guard case .welcome(let welcome)? = message.message else { continue }
                        #expect(welcome.healthInterval > 0)
                        let nodes = try await bench.operating {
                            try await $0.listNodes(.init()).nodes
                        }
                        #expect(nodes.first?.connected == true)
                        #expect(nodes.first?.address == "127.0.0.1")
                        break
                    }
                }
            }
        }
    }

    @Test func `a new session of a node takes the place of the old one`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            try await bench.calling(as: agent) { client in
                let link = WireAgentLink.Client(wrapping: client)
                try await link.session(request: .session(["hello"])) { first in
                    var isWelcome = false
                    for try await message in first.messages {
                        guard case .welcome? = message.message else { continue }
                        isWelcome = true
                        // The first session ends with the second's beginning.
                        try await link.session(request: .session(["hello"])) { second in
                            for try await _ in second.messages { break }
                        }
                    }
                    #expect(isWelcome)
                }
            }
        }
    }

    @Test func `a session that does not begin with hello is refused`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let error = await #expect(throws: RPCError.self) {
                try await bench.calling(as: agent) { client in
                    let link = WireAgentLink.Client(wrapping: client)
                    try await link.session(request: .session(["health"])) { response in
                        for try await _ in response.messages {}
                    }
                }
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `artifacts are fetched whole, from an offset, and not by path`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            let cache = try ArtifactCache(directory: bench.state.artifacts)
            let sha256 = try cache.admit(bytes)
            try await bench.calling(as: agent) { client in
                let link = WireAgentLink.Client(wrapping: client)
                for offset in [0, 150_000, 200_000] {
                    let request = WireFetchArtifactRequest.with {
                        $0.sha256 = sha256
                        $0.offset = Int64(offset)
                    }
                    let (got, total) = try await link.fetchArtifact(request) { response in
                        var got: [UInt8] = []
                        var total: Int64 = 0
                        for try await chunk in response.messages {
                            got += chunk.data
                            total = max(total, chunk.total)
                        }
                        return (got, total)
                    }
                    #expect(got == Array(bytes[offset...]))
                    #expect(total == 200_000)
                }
                for wrong in ["../config.json", String(repeating: "0", count: 64)] {
                    await #expect(throws: RPCError.self) {
                        try await link.fetchArtifact(.with { $0.sha256 = wrong }) { response in
                            for try await _ in response.messages {}
                        }
                    }
                }
            }
        }
    }

    @Test func `an unknown rollout is neither watched nor cancelled`() async throws {
        try await ServerBench.run { bench in
            try await bench.operating { client in
                let cancelled = await #expect(throws: RPCError.self) {
                    try await client.cancelRollout(.with { $0.rolloutID = "r-00000000" })
                }
                #expect(cancelled?.code == .notFound)
                let watched = await #expect(throws: RPCError.self) {
                    try await client.watchRollout(.with { $0.rolloutID = "r-00000000" }) {
                        response in
                        for try await _ in response.messages {}
                    }
                }
                #expect(watched?.code == .notFound)
            }
        }
    }

    @Test func `a second coordinator on one state is refused`() async throws {
        try await ServerBench.run { bench in
            await #expect(throws: StateFailure.inUse(path: bench.state.path)) {
                try await ServerBench(bench.folder)
            }
        }
    }

    @Test func `a coordinator that was stopped starts again`() async throws {
        let bench = try await ServerBench()
        _ = try await bench.token(for: "seoul")
        try await bench.stop()
        let again = try await ServerBench(bench.folder)
        let token = try await again.token(for: "tokyo")
        _ = try await again.enrol(token)
        try await again.stop()
    }
}

extension StreamingClientRequest<WireAgentMessage> {
    /// A session that says these things and then stays open.
    fileprivate static func session(_ messages: [String]) -> Self {
        StreamingClientRequest { writer in
            for message in messages {
                try await writer.write(
                    .with {
                        if message == "hello" {
                            $0.hello.facts.hostname = "machine"
                        } else {
                            $0.health = WireHealthReport()
                        }
                    }
                )
            }
            try await Task.sleep(for: .seconds(600))
        }
    }
}
