import EchoService
import GRPCCore
import GRPCTransport
import Glibc

/// Connections that stay, each with one open call on which nothing more happens.
struct Idle: Sendable {
    /// How many.
    let connections: Int

    /// How many connect at once.
    private static let atOnce = 32

    /// Connects, says so in one line of JSON, and stays to the end of the standard input.
    ///
    /// - Parameter transport: Makes one more client; each has one connection.
    /// - Throws: What ended a call.
    func run(_ transport: @escaping @Sendable () -> HTTP2ClientTransport) async throws {
        let begun = ContinuousClock.now
        let (opened, opening) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingDiscardingTaskGroup { group in
            func begin() {
                group.addTask { try await stay(over: transport()) { opening.yield() } }
            }
            for _ in 0..<min(Self.atOnce, connections) { begin() }
            var (started, count) = (min(Self.atOnce, connections), 0)
            for await _ in opened {
                count += 1
                if count == connections { break }
                guard started < connections else { continue }
                started += 1
                begin()
            }
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            Lifetime.announce("{\"connections\": \(count), \"seconds\": \(seconds)}")
            await Lifetime.over()
            // The kernel closes the sockets sooner than ten thousand clients would.
            exit(0)
        }
    }

    private func stay(
        over transport: HTTP2ClientTransport,
        _ opened: @escaping @Sendable () -> Void
    ) async throws {
        try await withGRPCClient(transport: transport) { client in
            let request = StreamingClientRequest<[UInt8]> { writer in
                try await writer.write([42])
                try? await Task.sleep(for: .seconds(3600))
            }
            try await client.bidirectionalStreaming(
                request: request,
                descriptor: EchoMethod.converse.descriptor,
                serializer: RawSerializer(),
                deserializer: RawDeserializer(),
                options: .defaults
            ) { response in
                for try await _ in response.messages { opened() }
            }
        }
    }
}
