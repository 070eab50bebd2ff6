import Daemon
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// Who may operate the cluster, over real sockets.
@Suite(.timeLimit(.minutes(4))) struct OperatorTests {
    @Test func `an operator is let in, listed, and cut off by a revocation`() async throws {
        try await ServerBench.run { bench in
            let (kim, lee) = (try await bench.admit("kim"), try await bench.admit("lee"))
            let cut = await bench.end(following: lee) {
                let end = await bench.end(following: kim) {
                    try await bench.revoke("kim", reason: "lost laptop")
                }
                #expect(end?.code == .unavailable)
                // The other one's stream is still there to be ended by this.
                try await bench.revoke("lee")
            }
            #expect(cut?.code == .unavailable)
            let refusal = await #expect(throws: RPCError.self) { try await bench.nodes(as: kim) }
            #expect(refusal?.code == .unauthenticated)
            #expect(refusal?.message.contains("(lost laptop)") == true)
            #expect(refusal?.message.contains("coordinator operator create") == true)
            let listed = try await bench.operating {
                try await $0.listOperators(.init()).operators
            }
            #expect(listed.map(\.name) == ["admin", "kim", "lee"])
            #expect(listed.map(\.madeBy) == ["", "admin", "admin"])
            #expect(listed.map { $0.revoked > 0 } == [false, true, true])
            #expect(listed.map(\.certificates) == [1, 0, 0])
        }
    }

    @Test func `a revocation outlives the coordinator, and a new certificate lets in again`()
        async throws
    {
        let first = try await ServerBench()
        let lost = try await first.admit("kim")
        #expect(try await first.revoke("kim").wasRevoked == false)
        try await first.stop()
        let second = try await ServerBench(first.folder)
        let refusal = await #expect(throws: RPCError.self) { try await second.nodes(as: lost) }
        #expect(refusal?.code == .unauthenticated)
        #expect(try await second.revoke("kim", reason: "again").reason.isEmpty)
        let new = try await second.admit("kim")
        try await second.nodes(as: new)
        await #expect(throws: RPCError.self) { try await second.nodes(as: lost) }
        try await second.stop()
    }

    @Test func `who revokes the coordinator's own operator hears of it, and copies are worthless`()
        async throws
    {
        try await ServerBench.run { bench in
            let copy = try Credential.load(from: bench.state.operator)
            let cut = await bench.end(following: copy) {
                let answer = try await bench.revoke("admin", reason: "copied")
                #expect(answer.isReplaced)
            }
            #expect(cut?.code == .unavailable)
            #expect(try Credential.load(from: bench.state.operator) != copy)
            let refusal = await #expect(throws: RPCError.self) { try await bench.nodes(as: copy) }
            #expect(refusal?.code == .unauthenticated)
            let listed = try await bench.operating {
                try await $0.listOperators(.init()).operators
            }
            #expect(listed.map(\.revoked) == [0])
            #expect(try await bench.revoke("admin").isReplaced)
            _ = try await bench.operating { try await $0.listNodes(.init()) }
        }
    }

    @Test func `a certificate that the coordinator never gave speaks for no operator`()
        async throws
    {
        try await ServerBench.run { bench in
            let authority = try AuthorityFiles(state: bench.state).load().signer
            for name in ["admin", "mallory"] {
                let key = try PrivateKey.generate()
                let certificate = try authority.issue(
                    CertificateRequest.make(commonName: "any", key: key),
                    to: .operator(cluster: "test", name: name),
                    now: WallClock.now()
                )
                let forged = Credential(
                    certificate: certificate.pem,
                    key: try key.pem(),
                    authorities: authority.certificate.pem
                )
                let refusal = await #expect(throws: RPCError.self) {
                    try await bench.nodes(as: forged)
                }
                #expect(refusal?.code == .unauthenticated)
                #expect(refusal?.message.contains("gave no such certificate") == true)
            }
        }
    }

    @Test func `what makes no operator is refused and changes nothing`() async throws {
        try await ServerBench.run { bench in
            for (name, days) in [("admin", 90), ("Kim!", 90), ("", 90), ("kim", 0), ("kim", 826)] {
                let error = await #expect(throws: RPCError.self) {
                    try await bench.admit(name, days: days)
                }
                #expect(error?.code == .invalidArgument, "\(name) \(days)")
            }
            let unknown = await #expect(throws: RPCError.self) { try await bench.revoke("kim") }
            #expect(unknown?.code == .notFound)
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let denied = await #expect(throws: RPCError.self) {
                try await bench.calling(as: agent) {
                    try await WireOperator.Client(wrapping: $0).listOperators(.init())
                }
            }
            #expect(denied?.code == .permissionDenied)
            let listed = try await bench.operating {
                try await $0.listOperators(.init()).operators
            }
            #expect(listed.map(\.name) == ["admin"])
        }
    }
}

extension ServerBench {
    /// Makes an operator, as the command does.
    @discardableResult
    fileprivate func admit(_ name: String, days: Int = 90) async throws -> Credential {
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "any", key: key)
        let answer = try await operating { client in
            try await client.createOperator(
                .with {
                    $0.name = name
                    $0.certificateRequest = request.pem
                    $0.days = Int32(days)
                }
            )
        }
        return Credential(
            certificate: answer.certificate,
            key: try key.pem(),
            authorities: answer.certificateAuthority
        )
    }

    @discardableResult
    fileprivate func revoke(
        _ name: String,
        reason: String = ""
    ) async throws -> WireRevokeOperatorResponse {
        try await operating { client in
            try await client.revokeOperator(
                .with {
                    $0.name = name
                    $0.reason = reason
                }
            )
        }
    }

    fileprivate func nodes(as credential: Credential) async throws {
        try await calling(as: credential) {
            _ = try await WireOperator.Client(wrapping: $0).listNodes(.init())
        }
    }

    /// Follows the cluster's events with a credential, runs `body` meanwhile, and says how the
    /// coordinator ends that.
    fileprivate func end(
        following credential: Credential,
        _ body: @escaping @Sendable () async throws -> Void
    ) async -> RPCError? {
        do {
            try await calling(as: credential) { client in
                let client = WireOperator.Client(wrapping: client)
                try await client.events(.with { $0.follow = true }) { response in
                    var isFirst = true
                    for try await _ in response.messages where isFirst {
                        isFirst = false
                        try await body()
                    }
                }
            }
            return nil
        } catch {
            return error as? RPCError ?? RPCError(code: .unknown, message: "\(error)")
        }
    }
}
