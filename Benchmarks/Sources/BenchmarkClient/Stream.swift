import EchoService
import GRPCCore

/// One stream of messages, one way, as fast as it goes.
struct Stream: Sendable {
    /// Each of the messages.
    let message: [UInt8]
    /// How long they flow, after a fifth of a second that does not count.
    let time: Duration

    private static let warmUp = Duration.milliseconds(200)

    /// Counts what arrives from the server, and returns one line of JSON.
    func download<Transport: ClientTransport>(
        over client: GRPCClient<Transport>
    ) async throws -> String {
        try await client.serverStreaming(
            request: ClientRequest(message: message),
            descriptor: EchoMethod.download.descriptor,
            serializer: RawSerializer(),
            deserializer: RawDeserializer(),
            options: .defaults
        ) { response in
            let begun = ContinuousClock.now + Self.warmUp
            var count = 0
            for try await _ in response.messages {
                let now = ContinuousClock.now
                if now < begun { continue }
                count += 1
                if now >= begun + time { return report(count, in: now - begun) }
            }
            return report(count, in: time)
        }
    }

    /// Counts what the transport takes for the server until the server has it all, and returns one
    /// line of JSON.
    func upload<Transport: ClientTransport>(
        over client: GRPCClient<Transport>
    ) async throws -> String {
        let begun = ContinuousClock.now
        let request = StreamingClientRequest<[UInt8]> { writer in
            while ContinuousClock.now < begun + time { try await writer.write(message) }
        }
        return try await client.clientStreaming(
            request: request,
            descriptor: EchoMethod.upload.descriptor,
            serializer: RawSerializer(),
            deserializer: RawDeserializer(),
            options: .defaults
        ) { response in
            let count = Int(UInt32(bytes: try response.message))
            return report(count, in: ContinuousClock.now - begun)
        }
    }

    private func report(_ count: Int, in time: Duration) -> String {
        let rate = Double(count) / (time / .seconds(1))
        return "{\"messages\": \(count), \"rate\": \(rate), \"bytes\": \(message.count)}"
    }
}
