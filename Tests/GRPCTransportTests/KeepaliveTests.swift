import GRPCCore
import Glibc
import LoopbackProxy
import NIOCore
import Testing

@testable import GRPCTransport

@Suite(.timeLimit(.minutes(4)))
struct KeepaliveTests {
    private static let quick = Keepalive(interval: .milliseconds(500), timeout: .seconds(2))

    @Test func `a half-open connection is noticed on both sides`() async throws {
        let (began, cancelled) = (Gate(), Gate())
        let wait: RawService.Method = { _, context in
            began.open()
            try await context.cancellation.cancelled
            cancelled.open()
            throw CancellationError()
        }
        let cluster = try Cluster()
        var configuration = try cluster.server()
        configuration.keepalive = Self.quick
        try await withServer(configuration, ["Wait": wait]) { _, port in
            let proxy = try await LoopbackProxy(to: port)
            var configuration = try cluster.client(port: proxy.port)
            configuration.keepalive = Self.quick
            try await withClient(configuration) { client in
                let call = Task { await rpcError { _ = try await client.call("Wait") } }
                await began.wait()
                proxy.silence()
                let error = await call.value
                #expect(error?.code == .unavailable)
                #expect(error?.message == "The peer gives no sign of life any more.")
                await cancelled.wait()
            }
            try await proxy.close()
        }
    }

    @Test func `a silent but living connection stays`() async throws {
        let who = RawService.unary { _, context in Array(context.remotePeer.utf8) }
        try await withPair(
            ["Who": who],
            Changes(
                server: { $0.keepalive = Self.quick },
                client: { $0.keepalive = Self.quick }
            )
        ) { client, _ in
            let before = try await client.call("Who")
            try await Task.sleep(for: .seconds(3))
            let after = try await client.call("Who")
            #expect(before == after)
        }
    }

    @Test func `a handler that blocks its thread delays no keepalive`() async throws {
        let block = RawService.unary { _, _ in
            usleep(3_500_000)
            return [1]
        }
        try await withPair(
            ["Block": block],
            Changes(
                server: { $0.keepalive = Self.quick },
                client: { $0.keepalive = Self.quick }
            )
        ) { client, _ in
            let answer = try await client.call("Block")
            #expect(answer == [1])
        }
    }

    @Test func `the beats of a heart`() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let keepalive = Keepalive(interval: .seconds(20), timeout: .seconds(10))
        var heart = Heartbeat(keepalive, now: start)
        #expect(heart.beat(at: start + .seconds(1)) == .wait(until: start + .seconds(20)))
        #expect(heart.beat(at: start + .seconds(20)) == .ping(until: start + .seconds(30)))
        #expect(heart.beat(at: start + .seconds(29)) == .wait(until: start + .seconds(30)))
        heart.sawSign(at: start + .seconds(29))
        #expect(heart.beat(at: start + .seconds(30)) == .wait(until: start + .seconds(49)))
        #expect(heart.beat(at: start + .seconds(49)) == .ping(until: start + .seconds(59)))
        #expect(heart.beat(at: start + .seconds(59)) == .giveUp)
    }
}
