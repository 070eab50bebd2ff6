import Foundation
import GRPCCore
import GRPCTransport
import HTTP2Session
import TLSSession
import Testing

/// Peers that do not behave, and peers that are not ours.
@Suite(.timeLimit(.minutes(4)))
struct RoughPeerTests {
    private let cluster: Cluster

    init() throws {
        cluster = try Cluster()
    }

    /// Runs `body` off the pool, because it blocks, and checks that the server has survived it.
    private func withRoughServer(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (_ cluster: Cluster, _ port: Int) throws -> Void
    ) async throws {
        var configuration = try cluster.server()
        change(&configuration)
        try await withServer(configuration, ["Echo": RawService.echo]) { _, port in
            let cluster = cluster
            try await offThePool { try body(cluster, port) }
            try await withClient(cluster.client(port: port)) { client in
                let answer = try await client.call("Echo", [1])
                #expect(answer == [1])
            }
        }
    }

    @Test func `plaintext on the port is turned away`() async throws {
        try await withRoughServer { _, port in
            let socket = RawSocket(port: port)
            socket.send(Frame.preface + Frame.settings.bytes)
            #expect(socket.isClosedByPeer())
        }
    }

    @Test func `a silent socket is closed when its time is over`() async throws {
        try await withRoughServer {
            $0.handshakeTimeout = .seconds(2)
        } _: { _, port in
            #expect(RawSocket(port: port).isClosedByPeer())
        }
    }

    @Test func `a handshake without a preface is closed when its time is over`() async throws {
        try await withRoughServer {
            $0.handshakeTimeout = .seconds(2)
        } _: { cluster, port in
            _ = try RawPeer(cluster, port: port).framesUntilEnd()
        }
    }

    @Test func `who speaks h2 without a certificate is refused in the handshake`() async throws {
        let lines = Shared<[String]>([])
        try await withRoughServer {
            $0.log = { line in lines.update { $0.append(line) } }
        } _: { cluster, port in
            // In TLS 1.3 the client has ended its handshake before the server misses the certificate.
            let peer = try RawPeer(cluster, port: port, isNamed: false)
            let call = Frame.preface + Frame.settings.bytes + Frame.request(stream: 1).bytes
            _ = try? peer.send(call)
            let refusal = #expect(throws: TLSFailure.self) { _ = try peer.framesUntilEnd() }
            #expect(
                refusal?.message.contains("it demands a client certificate") == true,
                "\(refusal as Any)"
            )
        }
        let isLogged = try await eventually {
            lines.value.contains {
                $0.hasPrefix("ipv4:127.0.0.1:") && $0.contains("did not return a certificate")
            }
        }
        #expect(isLogged, "\(lines.value)")
    }

    @Test func `what is not HTTP/2 after the handshake ends the connection`() async throws {
        try await withRoughServer { cluster, port in
            let peer = try RawPeer(cluster, port: port)
            _ = try peer.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            _ = try peer.framesUntilEnd()
        }
    }

    @Test func `garbage after the preface ends the connection`() async throws {
        try await withRoughServer { cluster, port in
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<20 {
                let peer = try RawPeer(cluster, port: port)
                let garbage = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
                // The zeros end a frame whose length the garbage announced.
                _ = try peer.send(Frame.preface + Frame.settings.bytes + garbage)
                for _ in 0..<200 {
                    guard try peer.send([UInt8](repeating: 0, count: 16 * 1024)) else { break }
                }
            }
        }
    }

    @Test(arguments: [
        Frame(type: 0, stream: 1), Frame(type: 2, stream: 3, payload: [0, 0, 0, 0, 1]),
        Frame(type: 4), Frame(type: 6, payload: [UInt8](repeating: 0, count: 8)),
        Frame(type: 8, payload: [0, 0, 0, 1]),
    ])
    func `a flood of cheap frames is answered with ENHANCE_YOUR_CALM`(frame: Frame) async throws {
        try await withRoughServer { cluster, port in
            let peer = try RawPeer(cluster, port: port)
            _ = try peer.send(
                Frame.preface + Frame.settings.bytes + Frame.request(stream: 1).bytes
            )
            for _ in 0..<100 {
                let flood = (0..<100).flatMap { _ in frame.bytes }
                guard try peer.send(flood) else { break }
            }
            let goAway = try peer.framesUntilEnd().last { $0.type == 7 }
            // The socket's reset may outrun the GOAWAY; if it came, it says this.
            if let goAway { #expect(goAway.payload[4...7] == [0, 0, 0, 11]) }
        }
    }

    @Test func `what is not gRPC is refused in HTTP's words`() async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let json = try client.request(RawClient.call(contentType: "application/json"), body: [])
            #expect(json.blocks.first?[":status"] == "415")
            var get = RawClient.call()
            get[0] = (":method", "GET")
            #expect(try client.request(get).blocks.first?[":status"] == "405")
        }
    }

    @Test func `an unknown compression is UNIMPLEMENTED, with what is known`() async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let answer = try client.request(
                RawClient.call() + [("grpc-encoding", "br")],
                body: [1, 0, 0, 0, 1, 0]
            )
            #expect(answer.blocks.first?["grpc-status"] == "12")
            #expect(answer.blocks.first?["grpc-accept-encoding"] == "identity,gzip")
        }
    }

    @Test func `a compressed message without a compression is INTERNAL`() async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let answer = try client.request(RawClient.call(), body: [1, 0, 0, 0, 1, 0])
            #expect(answer.blocks.last?["grpc-status"] == "13")
        }
    }

    @Test func `a message that is cut off is INTERNAL`() async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let answer = try client.request(RawClient.call(), body: [0, 0, 0, 0, 9, 1])
            #expect(answer.blocks.last?["grpc-status"] == "13")
        }
    }

    @Test(arguments: ["", "/", "/x", "x/y", "//", "/a/", "/a/b/c"])
    func `a path that is no method is refused`(path: String) async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let answer = try client.request(RawClient.call(path: path), body: [])
            #expect(answer.blocks.last?["grpc-status"] ?? "12" == "12")
        }
    }

    @Test func `an empty unary call by hand`() async throws {
        try await withRoughServer { cluster, port in
            let client = try RawClient(cluster, port: port)
            let answer = try client.request(RawClient.call(), body: [0, 0, 0, 0, 1, 42])
            #expect(answer.blocks.first?["content-type"] == "application/grpc")
            #expect(answer.body == [0, 0, 0, 0, 1, 42])
            #expect(answer.blocks.last?["grpc-status"] == "0")
            #expect(answer.code == .noError)
        }
    }

    @Test func `TLS 1.2 is refused`() async throws {
        try await withRoughServer { _, port in
            let openssl = Process()
            openssl.executableURL = URL(filePath: "/usr/bin/env")
            openssl.arguments = [
                "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-tls1_2", "-alpn", "h2",
            ]
            openssl.standardInput = FileHandle.nullDevice
            let output = Pipe()
            openssl.standardOutput = output
            openssl.standardError = output
            try openssl.run()
            let said = String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(),
                as: UTF8.self
            )
            openssl.waitUntilExit()
            #expect(said.contains("alert protocol version"))
        }
    }
}
