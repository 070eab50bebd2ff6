import GRPCCore
import Gzip
import HTTP2Session
import Testing

@testable import GRPCTransport

/// Messages that come compressed, and go so.
@Suite(.timeLimit(.minutes(4)))
struct GzipCallTests {
    private static let gzip = [
        ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity, gzip"),
    ]

    private static func framed(_ compressed: [UInt8]) -> [UInt8] {
        MessageDeframer.prefix(forMessageOf: compressed.count, isCompressed: true) + compressed
    }

    @Test func `a server answers compressed whoever asks so and understands it`() async throws {
        let cluster = try Cluster()
        let text = [UInt8](repeating: 7, count: 100_000)
        let question = Self.framed(try #require(Gzip.compress(text)))
        try await withServer(cluster.server(), ["Echo": RawService.echo]) { _, port in
            let (answer, deaf) = try await offThePool {
                let client = try RawClient(cluster, port: port)
                let answer = try client.request(RawClient.call() + Self.gzip, body: question)
                return (
                    answer,
                    try client.request(RawClient.call() + [Self.gzip[0]], body: question)
                )
            }
            #expect(answer.blocks.first?["grpc-encoding"] == "gzip")
            #expect(answer.blocks.last?["grpc-status"] == "0")
            #expect(answer.body.first == 1)
            #expect(try Gzip.decompress(Array(answer.body.dropFirst(5)), limit: 100_000) == text)
            #expect(deaf.blocks.first?["grpc-encoding"] == nil)
            #expect(deaf.body == MessageDeframer.prefix(forMessageOf: text.count) + text)
        }
    }

    @Test func `a message that does not inflate is INTERNAL`() async throws {
        let cluster = try Cluster()
        try await withServer(cluster.server(), ["Echo": RawService.echo]) { _, port in
            let answer = try await offThePool {
                let client = try RawClient(cluster, port: port)
                return try client.request(
                    RawClient.call() + Self.gzip,
                    body: Self.framed([1, 2, 3])
                )
            }
            #expect(answer.blocks.last?["grpc-status"] == "13")
            #expect(answer.blocks.last?["grpc-message"] == "A message is not in the gzip format.")
        }
    }

    @Test func `a message that inflates over the limit is RESOURCE_EXHAUSTED`() async throws {
        let cluster = try Cluster()
        var configuration = try cluster.server()
        configuration.limits.messageBytes = 100_000
        let lines = Shared<[String]>([])
        configuration.log = { line in lines.update { $0.append(line) } }
        let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 100_001)))
        try await withServer(configuration, ["Echo": RawService.echo]) { _, port in
            let answer = try await offThePool {
                let client = try RawClient(cluster, port: port)
                return try client.request(RawClient.call() + Self.gzip, body: Self.framed(bomb))
            }
            #expect(answer.blocks.last?["grpc-status"] == "8")
            #expect(lines.value.contains { $0.contains("inflates to more than the limit") })
        }
    }

    /// Three handlers read a message of 100 kB each and keep it; the bound is two such.
    @Test func `what is inflated counts as unread until the next message is asked for`()
        async throws
    {
        let cluster = try Cluster()
        var configuration = try cluster.server()
        configuration.limits.unreadBytes = 250_000
        let (read, reading) = AsyncStream.makeStream(of: Void.self)
        let goOn = Gate()
        let hold: RawService.Method = { request, _ in
            StreamingServerResponse { writer in
                var messages = request.messages.makeAsyncIterator()
                let message = try await messages.next() ?? []
                reading.yield()
                await goOn.wait()
                try await writer.write([UInt8(message.count / 1000)])
                return [:]
            }
        }
        let large = [UInt8](repeating: 0, count: 100_000)
        try await withServer(configuration, ["Hold": hold, "Echo": RawService.echo]) { _, port in
            try await withClient(cluster.client(port: port)) { client in
                var options = CallOptions.defaults
                options.compression = .gzip
                async let first = client.call("Hold", large, options: options)
                async let second = client.call("Hold", large, options: options)
                var both = read.makeAsyncIterator()
                await both.next()
                await both.next()
                let error = await rpcError { [options] in
                    _ = try await client.call("Echo", large, options: options)
                }
                #expect(error?.code == .resourceExhausted)
                goOn.open()
                let answers = try await [first, second]
                #expect(answers == [[100], [100]])
                let again = try await client.call("Echo", large, options: options)
                #expect(again == large)
            }
        }
    }

    @Test func `a client that enrols neither sends nor takes compressed messages`() throws {
        var options = CallOptions.defaults
        options.compression = .gzip
        let cluster = try Cluster()
        let enrolling = cluster.enrolling(port: 1)
        #expect(enrolling.encoding(options) == .identity)
        #expect(!enrolling.limits.acceptsGzip)
        #expect(try cluster.client(port: 1).encoding(options) == .gzip)
        #expect(!TransportLimits.enrollment.acceptsGzip)
    }

    @Test func `a request says how it is compressed, and what is understood`() {
        let fields = CallHeaders.request(
            path: "/a/b",
            authority: "c",
            userAgent: "d",
            encoding: .gzip,
            acceptsGzip: true,
            [:]
        )
        #expect(fields["grpc-encoding"] == "gzip")
        #expect(fields["grpc-accept-encoding"] == "identity,gzip")
    }

    @Test func `only what gets shorter is compressed`() {
        let text = [UInt8](repeating: 1, count: 2000)
        for (message, isShorter) in [
            ([UInt8](repeating: 1, count: 1023), false), ([UInt8](repeating: 1, count: 1024), true),
        ] {
            let part = MessageEncoding.gzip.part(message)
            #expect((part.payload?.count ?? 0 < message.count) == isShorter)
        }
        #expect(MessageEncoding.identity.part(text).payload == text)
    }
}
