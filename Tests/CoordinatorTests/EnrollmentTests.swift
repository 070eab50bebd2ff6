import Daemon
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct EnrollmentTests {
    @Test func `a token becomes a certificate for its node`() async throws {
        try await ServerBench.run { bench in
            let credential = try await bench.enrol(bench.token(for: "seoul"))
            let certificate = try Certificate(pem: credential.certificate)
            let seoul = try #require(HostID("seoul"))
            #expect(certificate.identity == .agent(cluster: "test", id: seoul))
            let nodes = try await bench.operating { try await $0.listNodes(.init()).nodes }
            #expect(nodes.map(\.id) == ["seoul"])
            #expect(nodes.first?.connected == false)
            #expect(nodes.first?.facts.hostname == "machine")
            #expect(nodes.first?.certificateExpires == certificate.notAfter)
        }
    }

    @Test func `a used token gets a clear answer while another keeps the gate open`() async throws {
        try await ServerBench.run { bench in
            let token = try await bench.token(for: "seoul")
            _ = try await bench.enrol(token)
            _ = try await bench.token(for: "tokyo")
            let error = await #expect(throws: RPCError.self) { try await bench.enrol(token) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.message.contains("for seoul was used already") == true)
            #expect(error?.message.contains("coordinator token create --node seoul") == true)
        }
    }

    @Test func `a machine whose answer was lost asks again, also of a new coordinator`()
        async throws
    {
        let first = try await ServerBench()
        let key = try PrivateKey.generate()
        let token = try await first.token(for: "seoul")
        _ = try await first.enrol(token, key: key)
        _ = try await first.enrol(token, key: key)
        try await first.stop()
        let second = try await ServerBench(first.folder)
        let again = try await second.enrol(token, key: key)
        let certificate = try Certificate(pem: again.certificate)
        let nodes = try await second.operating { try await $0.listNodes(.init()).nodes }
        #expect(nodes.map(\.certificateExpires) == [certificate.notAfter])
        let error = await #expect(throws: RPCError.self) { try await second.enrol(token) }
        #expect(error?.message.contains("for seoul was used already") == true)
        try await second.stop()
    }

    @Test func `once the node has come its token opens nothing`() async throws {
        try await ServerBench.run { bench in
            let token = try await bench.token(for: "seoul")
            let key = try PrivateKey.generate()
            let credential = try await bench.enrol(token, key: key)
            try await bench.calling(as: credential) { client in
                try await WireAgentLink.Client(wrapping: client).session { writer in
                    try await writer.write(.with { $0.hello = WireHello() })
                } onResponse: { response in
                    for try await _ in response.messages { return }
                }
            }
            let error = await #expect(throws: RPCError.self) {
                try await bench.enrol(token, key: key)
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `another coordinator's token is refused`() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.token(for: "seoul")
            let authority = try CertificateAuthority.create(cluster: "x", now: WallClock.now())
            var generator = SystemRandomNumberGenerator()
            let foreign = JoinToken.generate(
                authorityPin: authority.certificate.publicKeySHA256,
                using: &generator
            )
            let text = String(decoding: foreign.text().reveal(), as: UTF8.self)
            let error = await #expect(throws: RPCError.self) { try await bench.enrol(text) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.message.contains("made no such join token") == true)
        }
    }

    @Test func `a failed enrolment leaves the token as it was`() async throws {
        try await ServerBench.run { bench in
            let token = try await bench.token(for: "seoul")
            let error = await #expect(throws: RPCError.self) {
                try await bench.calling(as: nil) { client in
                    try await WireEnrollment.Client(wrapping: client).enroll(
                        .with {
                            $0.token = token
                            $0.certificateRequest = "nonsense"
                        }
                    )
                }
            }
            #expect(error?.code == .invalidArgument)
            _ = try await bench.enrol(token)
        }
    }

    @Test func `of two machines with one token one gets in`() async throws {
        try await ServerBench.run { bench in
            let token = try await bench.token(for: "seoul")
            let successes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask { (try? await bench.enrol(token)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(successes == 1)
        }
    }

    @Test func `an enrolling machine reaches nothing but its enrolment`() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.token(for: "seoul")
            let error = await #expect(throws: RPCError.self) {
                try await bench.calling(as: nil) { client in
                    try await WireOperator.Client(wrapping: client).listNodes(.init())
                }
            }
            #expect(error?.code == .permissionDenied)
        }
    }

    @Test func `an agent may not operate and an operator is no agent`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let refused = await #expect(throws: RPCError.self) {
                try await bench.calling(as: agent) { client in
                    try await WireOperator.Client(wrapping: client).listNodes(.init())
                }
            }
            #expect(refused?.code == .permissionDenied)
            let operating = try Credential.load(from: bench.state.operator)
            let other = await #expect(throws: RPCError.self) {
                try await bench.calling(as: operating) { client in
                    try await WireAgentLink.Client(wrapping: client).renew(.init())
                }
            }
            #expect(other?.code == .permissionDenied)
        }
    }

    @Test func `an agent renews its certificate for itself alone`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let key = try PrivateKey.generate()
            let request = try CertificateRequest.make(commonName: "tokyo", key: key)
            let answer = try await bench.calling(as: agent) { client in
                try await WireAgentLink.Client(wrapping: client).renew(
                    .with { $0.certificateRequest = request.pem }
                )
            }
            let seoul = try #require(HostID("seoul"))
            let renewed = try Certificate(pem: answer.certificate)
            #expect(renewed.identity == .agent(cluster: "test", id: seoul))
        }
    }

    @Test func `tokens live between a minute and a week and are for node ids`() async throws {
        try await ServerBench.run { bench in
            for (node, seconds) in [("seoul", 59), ("seoul", 604_801), ("Seoul!", 600)] {
                let error = await #expect(throws: RPCError.self) {
                    try await bench.operating { client in
                        try await client.createToken(
                            .with {
                                $0.nodeID = node
                                $0.timeToLive = Int64(seconds)
                            }
                        )
                    }
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }
}
