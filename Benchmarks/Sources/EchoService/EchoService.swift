public import GRPCCore

/// The server's side of every measurement.
public struct EchoService: RegistrableRPCService {
    /// There is only one.
    public init() {}

    /// Registers all of `EchoMethod`.
    public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>)
    {
        for method in EchoMethod.allCases { register(method, with: &router) }
    }

    private func register<Transport: ServerTransport>(
        _ method: EchoMethod,
        with router: inout RPCRouter<Transport>
    ) {
        router.registerHandler(
            forMethod: method.descriptor,
            deserializer: RawDeserializer(),
            serializer: RawSerializer()
        ) { request, _ in
            switch method {
            case .unary: try await Self.unary(request)
            case .work: try await Self.work(request)
            case .download: try await Self.download(request)
            case .upload: try await Self.upload(request)
            case .converse: Self.converse(request)
            }
        }
    }
}

extension EchoService {
    private typealias Request = StreamingServerRequest<[UInt8]>
    private typealias Response = StreamingServerResponse<[UInt8]>

    private static func unary(_ request: Request) async throws -> Response {
        let request = try await ServerRequest(stream: request)
        return Response(single: ServerResponse(message: request.message))
    }

    private static func work(_ request: Request) async throws -> Response {
        let request = try await ServerRequest(stream: request)
        let end = ContinuousClock.now + .microseconds(UInt32(bytes: request.message))
        while ContinuousClock.now < end {}
        return Response(single: ServerResponse(message: request.message))
    }

    private static func download(_ request: Request) async throws -> Response {
        let message = try await ServerRequest(stream: request).message
        return Response { writer in
            while !Task.isCancelled { try await writer.write(message) }
            return [:]
        }
    }

    private static func upload(_ request: Request) async throws -> Response {
        var count: UInt32 = 0
        for try await _ in request.messages { count &+= 1 }
        return Response(single: ServerResponse(message: count.bytes))
    }

    private static func converse(_ request: Request) -> Response {
        Response { writer in
            for try await message in request.messages { try await writer.write(message) }
            return [:]
        }
    }
}
