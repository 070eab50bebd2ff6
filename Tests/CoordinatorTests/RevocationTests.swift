import Daemon
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Testing
import Trust

@testable import Coordinator

/// Which of a node's certificates count, over real sockets.
@Suite(.timeLimit(.minutes(4))) struct RevocationTests {
    @Test func `a revoked node's session is cut by the revocation itself`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let other = try await bench.enrol(bench.token(for: "tokyo"))
            do {
                try await bench.session(as: other) {
                    let error = try await Self.cut(agent, at: bench)
                    #expect(error?.code == .unavailable)
                    let nodes = try await bench.operating { try await $0.listNodes(.init()).nodes }
                    #expect(nodes.map(\.id) == ["seoul", "tokyo"])
                    #expect(nodes.map(\.connected) == [false, true])
                    #expect(nodes.map { $0.revoked > 0 } == [true, false])
                    #expect(nodes.map(\.revocationReason) == ["stolen disk", ""])
                    throw Enough()
                }
            } catch is Enough {}
        }
    }

    /// Revokes a node in the midst of its session, and returns what that hears.
    private static func cut(
        _ agent: Credential,
        at bench: ServerBench
    ) async throws -> RPCError? {
        let clock = ContinuousClock()
        let revoked = Mutex(clock.now)
        let error = await #expect(throws: RPCError.self) {
            try await bench.session(as: agent) {
                revoked.withLock { $0 = clock.now }
                try await bench.revoke("seoul", reason: "stolen disk")
            }
        }
        // Sooner than anything else would end it; on a busy machine the promised second can pass.
        #expect(clock.now - revoked.withLock(\.self) < .seconds(4))
        return error
    }

    @Test func `a revoked node is told what to do, also by the next coordinator`() async throws {
        let log = RecordedLog()
        let first = try await ServerBench { $0.logger = log.logger }
        let agent = try await first.enrol(first.token(for: "seoul"))
        let made = try await first.revoke("seoul", reason: "stolen disk")
        #expect(!made.wasRevoked && made.reason == "stolen disk")
        try await first.expectRevoked(agent)
        #expect(log.lines.contains { $0.contains("was refused") && $0.contains("127.0.0.1") })
        try await first.stop()

        let second = try await ServerBench(first.folder)
        try await second.expectRevoked(agent)
        let again = try await second.revoke("seoul", reason: "another")
        #expect(again.wasRevoked)
        #expect(again.reason == "stolen disk" && again.revoked == made.revoked)
        try await second.stop()
    }

    @Test func `a new token lets a revoked node in again, but not its old certificate`()
        async throws
    {
        try await ServerBench.run { bench in
            let old = try await bench.enrol(bench.token(for: "seoul"))
            let unused = try await bench.token(for: "seoul")
            try await bench.revoke("seoul")
            _ = try await bench.token(for: "tokyo")
            let spent = await #expect(throws: RPCError.self) { try await bench.enrol(unused) }
            #expect(spent?.message.contains("for seoul has expired") == true)

            let new = try await bench.enrol(bench.token(for: "seoul"))
            #expect(await bench.refusal(of: new) == nil)
            let refusal = await bench.refusal(of: old)
            #expect(refusal?.code == .unauthenticated)
            #expect(refusal?.message.contains("counts no longer") == true)
            let nodes = try await bench.operating { try await $0.listNodes(.init()).nodes }
            #expect(nodes.map(\.revoked) == [0])
        }
    }

    @Test func `who enrols anew cuts off those who have the old certificate`() async throws {
        try await ServerBench.run { bench in
            let old = try await bench.enrol(bench.token(for: "seoul"))
            await #expect(throws: RPCError.self) {
                try await bench.session(as: old) {
                    _ = try await bench.enrol(bench.token(for: "seoul"))
                }
            }
            #expect(await bench.refusal(of: old)?.code == .unauthenticated)
        }
    }

    @Test func `of a renewal both certificates count until the node has come with the new`()
        async throws
    {
        try await ServerBench.run { bench in
            let first = try await bench.enrol(bench.token(for: "seoul"))
            let lost = try await bench.renew(first)
            let second = try await bench.renew(first)
            #expect(await bench.refusal(of: first) == nil)
            #expect(await bench.refusal(of: lost)?.code == .unauthenticated)
            #expect(await bench.refusal(of: second) == nil)
            #expect(await bench.refusal(of: first)?.code == .unauthenticated)
            let error = await #expect(throws: RPCError.self) { try await bench.renew(first) }
            #expect(error?.code == .unauthenticated)
        }
    }

    @Test func `only the newest certificate ends the time to ask again`() async throws {
        try await ServerBench.run { bench in
            let token = try await bench.token(for: "seoul")
            let key = try PrivateKey.generate()
            let lost = try await bench.enrol(token, key: key)
            let newest = try await bench.enrol(token, key: key)
            #expect(await bench.refusal(of: lost)?.code == .unauthenticated)
            let again = try await bench.enrol(token, key: key)
            #expect(await bench.refusal(of: newest)?.code == .unauthenticated)
            #expect(await bench.refusal(of: again) == nil)
            await #expect(throws: RPCError.self) { try await bench.enrol(token, key: key) }
        }
    }

    @Test func `a node that never enrolled is not revoked`() async throws {
        try await ServerBench.run { bench in
            for (node, code) in [("seoul", RPCError.Code.notFound), ("Seoul!", .invalidArgument)] {
                let error = await #expect(throws: RPCError.self) { try await bench.revoke(node) }
                #expect(error?.code == code)
            }
        }
    }

    @Test func `a connection ends with its certificate`() async throws {
        let time = MovableClock()
        let change = { (options: inout CoordinatorOptions) in options.now = { time.now } }
        try await ServerBench.run(options: change) { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            let error = await #expect(throws: RPCError.self) {
                try await bench.session(as: agent) { time.advance(by: 31 * 86_400_000) }
            }
            #expect(error?.code == .unavailable)
        }
    }
}

/// What was to be seen was seen.
private struct Enough: Error {}

extension ServerBench {
    @discardableResult
    fileprivate func revoke(
        _ node: String,
        reason: String = ""
    ) async throws -> WireRevokeNodeResponse {
        try await operating { client in
            try await client.revokeNode(
                .with {
                    $0.nodeID = node
                    $0.reason = reason
                }
            )
        }
    }

    fileprivate func expectRevoked(_ credential: Credential) async throws {
        let refusal = await refusal(of: credential)
        #expect(refusal?.code == .unauthenticated)
        #expect(refusal?.message.contains("seoul was revoked at 20") == true)
        #expect(refusal?.message.contains("(stolen disk)") == true)
        #expect(refusal?.message.contains("ask for a new token and enrol again") == true)
        let renewal = await #expect(throws: RPCError.self) { try await renew(credential) }
        #expect(renewal?.code == .unauthenticated)
    }
}
