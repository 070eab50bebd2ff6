import GRPCCore
import GRPCTransport

/// Messages are their own bytes.
struct RawBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes {
        Bytes(message)
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

/// A service whose methods are closures over bytes.
struct RawService: RegistrableRPCService {
    typealias Request = StreamingServerRequest<[UInt8]>
    typealias Response = StreamingServerResponse<[UInt8]>
    typealias Method = @concurrent @Sendable (Request, ServerContext) async throws -> Response

    var name = "test.Raw"
    var methods: [String: Method]

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for (method, body) in methods {
            router.registerHandler(
                forMethod: MethodDescriptor(fullyQualifiedService: name, method: method),
                deserializer: RawBytes(),
                serializer: RawBytes(),
                handler: body
            )
        }
    }
}

extension RawService {
    /// Sends every message back.
    static let echo: Method = { request, _ in
        StreamingServerResponse { writer in
            for try await message in request.messages { try await writer.write(message) }
            return [:]
        }
    }

    /// Answers the whole request with one message.
    static func unary(
        _ body: @escaping @Sendable ([UInt8], ServerContext) async throws -> [UInt8]
    ) -> Method {
        { request, context in
            var whole: [UInt8] = []
            for try await message in request.messages { whole += message }
            let answer = try await body(whole, context)
            return StreamingServerResponse { writer in
                try await writer.write(answer)
                return [:]
            }
        }
    }
}

typealias Client = GRPCClient<HTTP2ClientTransport>
typealias Server = GRPCServer<HTTP2ServerTransport>

extension GRPCClient {
    /// One request, one answer.
    func call(
        _ method: String,
        of service: String = "test.Raw",
        _ message: [UInt8] = [],
        metadata: Metadata = [:],
        options: CallOptions = .defaults
    ) async throws -> [UInt8] {
        try await unary(
            request: ClientRequest(message: message, metadata: metadata),
            descriptor: MethodDescriptor(fullyQualifiedService: service, method: method),
            serializer: RawBytes(),
            deserializer: RawBytes(),
            options: options
        ) { try $0.message }
    }

    /// Any number of requests and answers.
    func stream<Result: Sendable>(
        _ method: String,
        of service: String = "test.Raw",
        metadata: Metadata = [:],
        options: CallOptions = .defaults,
        writing: @escaping @Sendable (RPCWriter<[UInt8]>) async throws -> Void = { _ in },
        reading: @escaping @Sendable (StreamingClientResponse<[UInt8]>) async throws -> Result
    ) async throws -> Result {
        try await bidirectionalStreaming(
            request: StreamingClientRequest(metadata: metadata, producer: writing),
            descriptor: MethodDescriptor(fullyQualifiedService: service, method: method),
            serializer: RawBytes(),
            deserializer: RawBytes(),
            options: options,
            onResponse: reading
        )
    }
}
