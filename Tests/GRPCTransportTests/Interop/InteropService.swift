import GRPCCore

/// The suite's test service, over `InteropQuestion`.
enum InteropService {
    static let name = "grpc.testing.TestService"
    /// The service that exists nowhere.
    static let missing = "grpc.testing.UnimplementedService"
    static let initial = "x-grpc-test-echo-initial"
    /// What a client says to a server in Python that shall compress its answers; ours does as the client.
    static let answersCompressed = "x-answers-compressed"
    static let trailing = "x-grpc-test-echo-trailing-bin"

    static let service = RawService(
        name: name,
        methods: [
            "EmptyCall": RawService.unary { _, _ in [] },
            "UnaryCall": answer, "StreamingOutputCall": answer, "FullDuplexCall": answer,
            "StreamingInputCall": count,
        ]
    )

    /// Answers each question when it comes; what the two metadata hold goes back.
    private static let answer: RawService.Method = { request, context in
        var before = Metadata()
        for value in request.metadata[stringValues: initial] {
            before.addString(value, forKey: initial)
        }
        var after = Metadata()
        for value in request.metadata[binaryValues: trailing] {
            after.addBinary(value, forKey: trailing)
        }
        return StreamingServerResponse(metadata: before) { [after] writer in
            for try await message in request.messages {
                let question = try InteropQuestion(message)
                if let code = Status.Code(rawValue: question.code).flatMap(RPCError.Code.init) {
                    throw RPCError(code: code, message: question.message)
                }
                if question.waits { try await context.cancellation.cancelled }
                for size in question.sizes {
                    try await writer.write([UInt8](repeating: 0, count: size))
                }
            }
            return after
        }
    }

    /// Adds up the payloads.
    private static let count: RawService.Method = { request, _ in
        StreamingServerResponse { writer in
            var sum = 0
            for try await message in request.messages {
                sum += try InteropQuestion(message).payload
            }
            try await writer.write(Array("\(sum)".utf8))
            return [:]
        }
    }
}
