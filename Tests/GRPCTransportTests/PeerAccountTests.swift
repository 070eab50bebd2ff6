import GRPCCore
import GRPCTransport
import HTTP2Session
import Testing

/// What the holder of one certificate, or of none, can take up.
@Suite(.timeLimit(.minutes(1)))
struct PeerAccountTests {
    private let cluster: Cluster
    private let lines = Shared<[String]>([])

    init() throws {
        cluster = try Cluster()
    }

    /// Runs `body` off the pool, because it blocks, against a server that was changed.
    private func withServer(
        _ change: (inout ServerConfiguration) -> Void,
        _ body: @escaping @Sendable (_ cluster: Cluster, _ port: Int) throws -> Void,
        then check: @Sendable (_ port: Int) async throws -> Void = { _ in }
    ) async throws {
        var configuration = try cluster.server()
        configuration.log = { [lines] line in lines.update { $0.append(line) } }
        change(&configuration)
        let gate = Gate()
        defer { gate.open() }
        let stuck: RawService.Method = { _, _ in
            StreamingServerResponse { _ in
                await gate.wait()
                return [:]
            }
        }
        let methods = ["Echo": RawService.echo, "Stuck": stuck]
        try await GRPCTransportTests.withServer(configuration, methods) { _, port in
            let cluster = cluster
            try await offThePool { try body(cluster, port) }
            try await check(port)
        }
    }

    private static func greet(_ cluster: Cluster, _ port: Int) throws -> RawPeer {
        let peer = try RawPeer(cluster, port: port)
        _ = try peer.send(Frame.preface + Frame.settings.bytes)
        return peer
    }

    @Test func `a certificate has so many connections and no more, and others do not feel it`()
        async throws
    {
        let other = try cluster.agent("kube-japan")
        try await withServer { configuration in
            configuration.connectionsPerPeer = 2
        } _: { cluster, port in
            let (first, second) = (
                try Self.greet(cluster, port), try Self.greet(cluster, port)
            )
            #expect(try first.settle() && second.settle())
            let refused = try Self.greet(cluster, port).framesUntilEnd()
            #expect(refused.contains { $0.saysCalmDown })
            #expect(try first.settle() && second.settle())
        } then: { port in
            let client = try cluster.client(port: port, identity: other)
            try await withClient(client) { client in
                let answer = try await client.call("Echo", [1])
                #expect(answer == [1])
            }
            // The two are gone: their places are free again.
            try await withClient(cluster.client(port: port)) { client in
                let answer = try await client.call("Echo", [1])
                #expect(answer == [1])
            }
        }
        #expect(lines.value.contains { $0.contains("kube-seoul") && $0.contains("2 connections") })
    }

    @Test func `few enrol at once, and who waits does not hinder who comes`() async throws {
        try await withServer { configuration in
            configuration.enrollments = 1
            configuration.acceptsEnrollment = { true }
        } _: { cluster, port in
            let peers = try (0..<2).map { _ in
                let peer = try RawPeer(cluster, port: port, speaking: .enrollment)
                _ = try peer.send(Frame.preface + Frame.settings.bytes)
                return peer
            }
            #expect(try peers[1].settle())
            _ = try peers[0].framesUntilEnd()
            #expect(try peers[1].settle())
        }
    }

    @Test(arguments: [("Echo", 80_000), ("Stuck", 60_000)])
    func `what is not read counts over all connections of a certificate`(
        method: String,
        length: Int
    ) async throws {
        try await withServer { configuration in
            configuration.limits.unreadBytes = 100_000
        } _: { cluster, port in
            // Half a message that nobody can read, or a whole one that nobody does.
            let holder = try Self.greet(cluster, port)
            _ = try holder.send(
                Frame.request(stream: 1, of: method).bytes
                    + Frame.message(stream: 1, length, first: 60_000)
            )
            #expect(try holder.settle())
            let body = Array([0, 0, 0, 0xea, 0x60]) + [UInt8](repeating: 0, count: 60_000)
            let client = try RawClient(cluster, port: port)
            let refused = try client.request(RawClient.call(), body: body)
            #expect(refused.blocks.last?["grpc-status"] == "8")
            _ = try holder.send(Frame.reset(stream: 1).bytes)
            #expect(try holder.settle())
            for _ in 0..<5 {
                let answer = try client.request(RawClient.call(), body: body)
                #expect(answer.blocks.last?["grpc-status"] == "0")
            }
        }
    }

    @Test func `handlers count over all connections of a certificate`() async throws {
        try await withServer { configuration in
            configuration.handlersPerPeer = 2
        } _: { cluster, port in
            let holder = try Self.greet(cluster, port)
            _ = try holder.send(
                Frame.request(stream: 1, of: "Stuck").bytes
                    + Frame.request(stream: 3, of: "Stuck").bytes
            )
            #expect(try holder.settle())
            let client = try RawClient(cluster, port: port)
            let refused = try client.request(RawClient.call(), body: [0, 0, 0, 0, 0])
            #expect(refused.code == .refusedStream)
        }
    }

    @Test func `a header block that stops half-way ends the connection`() async throws {
        try await withServer { configuration in
            configuration.stallTimeouts.headers = .milliseconds(200)
        } _: { cluster, port in
            let peer = try Self.greet(cluster, port)
            var half = Frame.request(stream: 1)
            half.flags = 0
            _ = try peer.send(half.bytes)
            #expect(try peer.framesUntilEnd().contains { $0.saysCalmDown })
        }
    }

    @Test func `a message that stops half-way ends its call, and quiet between messages none`()
        async throws
    {
        try await withServer { configuration in
            configuration.stallTimeouts.message = .milliseconds(400)
        } _: { cluster, port in
            let peer = try Self.greet(cluster, port)
            _ = try peer.send(
                Frame.request(stream: 1).bytes + Frame.message(stream: 1, 10)
                    + Frame.request(stream: 3).bytes + Frame.message(stream: 3, 10, first: 9)
            )
            let ended = try peer.frames { $0.type == 3 && $0.stream == 3 }
            #expect(ended.last?.stream == 3)
            #expect(!ended.contains { $0.type == 3 && $0.stream == 1 })
            _ = try peer.send(Frame.message(stream: 1, 20))
            let echoed = try peer.frames { $0.type == 0 && $0.stream == 1 && $0.payload.count > 20 }
            // Both echoes may share a frame.
            #expect(echoed.contains { $0.stream == 1 && $0.payload.count > 20 })
        }
    }
}
