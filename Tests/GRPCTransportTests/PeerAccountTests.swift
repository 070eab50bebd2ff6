import Foundation
import GRPCCore
import GRPCTransport
import Glibc
import HTTP2Session
import Testing

/// What the holder of one certificate, or of none, can take up.
@Suite(.timeLimit(.minutes(4)))
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
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                for _ in 0..<100_000 {
                    try await writer.write([UInt8](repeating: 7, count: 64 * 1024))
                }
                return [:]
            }
        }
        let methods = ["Echo": RawService.echo, "Stuck": stuck, "Flood": flood]
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

    @Test func `idle connections behind an agent's address do not lock it out`() async throws {
        try await withServer { configuration in
            configuration.greetings = 8
            configuration.connections = 8
        } _: { _, port in
            let idle = (0..<20).map { _ in RawSocket(port: port) }
            // The last of them must have come: whoever is among them may have to make room for one.
            while idle.count(where: \.isEnded) < 12 { usleep(1000) }
            for _ in 0..<5 {
                let peer = try Self.greet(cluster, port)
                #expect(try peer.settle())
            }
            withExtendedLifetime(idle) {}
        }
        #expect(lines.value.contains { $0.contains("127.0.0.1") && $0.contains("not said who") })
    }

    @Test func `a call whose answer nobody reads is ended, and a slow reader's is not`()
        async throws
    {
        try await withServer { configuration in
            configuration.stallTimeouts.reading = .milliseconds(400)
        } _: { cluster, port in
            let peer = try RawPeer(cluster, port: port)
            let noWindow = Frame(type: 4, payload: [0, 4, 0, 0, 0, 0])
            _ = try peer.send(Frame.preface + noWindow.bytes)
            for stream in [UInt32(1), 3] {
                let call =
                    Frame.request(stream: stream).bytes + Frame.message(stream: stream, 20)
                    + Frame(type: 0, flags: 1, stream: stream).bytes
                _ = try peer.send(call)
            }
            let (other, own) = try Self.readSlowly(peer, stream: 3, untilEndOf: 1)
            #expect(other.isEmpty)
            #expect(own.count == 25)
        }
        #expect(lines.value.contains { $0.contains("kube-seoul") && $0.contains("nobody reads") })
    }

    /// Reads a byte of one stream now and then until the other is ended for it, then the rest.
    private static func readSlowly(
        _ peer: RawPeer,
        stream: UInt32,
        untilEndOf other: UInt32
    ) throws -> (other: [UInt8], own: [UInt8]) {
        var frames: [Frame] = []
        while !frames.contains(where: { $0.isEnd(of: other) }) {
            _ = try peer.send(Frame.window(stream: stream, 1).bytes)
            frames += try peer.frames { $0.isData(of: stream) }
            usleep(50_000)
        }
        _ = try peer.send(Frame.window(stream: stream, 100).bytes)
        frames += try peer.frames { $0.isEnd(of: stream) }
        return (
            frames.filter { $0.isData(of: other) }.flatMap(\.payload),
            frames.filter { $0.isData(of: stream) }.flatMap(\.payload)
        )
    }

    @Test func `who speaks but reads nothing at all loses the connection`() async throws {
        try await withServer { configuration in
            configuration.stallTimeouts.reading = .milliseconds(300)
        } _: { cluster, port in
            let peer = try RawPeer(cluster, port: port)
            let wide = Frame(type: 4, payload: [0, 4, 0x7f, 0, 0, 0])
            _ = try peer.send(
                Frame.preface + wide.bytes + Frame.window(stream: 0, 0x7f00_0000).bytes
                    + Frame.request(stream: 1, of: "Flood").bytes
            )
            while try peer.send(Frame.window(stream: 1, 1).bytes) { usleep(50_000) }
        }
        #expect(lines.value.contains { $0.contains("the peer reads nothing") })
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
