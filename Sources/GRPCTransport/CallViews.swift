internal import GRPCCore

// GRPCCore's views of a call's stream.

/// On the client a cancelled task is a cancelled call: GRPCCore takes any other error than its own for
/// UNKNOWN.
private func orCancelled<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch is CancellationError {
        throw RPCError(code: .cancelled, message: "The call's task was cancelled.")
    }
}

/// What a client reads.
struct ClientInbound: AsyncSequence, Sendable {
    let stream: CallStream

    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: CallStream

        func next(
            isolation actor: isolated (any Actor)?
        ) async throws(any Error) -> RPCResponsePart<[UInt8]>? {
            switch try await orCancelled({ try await stream.next() }) {
            case .metadata(let metadata): .metadata(metadata)
            case .message(let message): .message(message)
            case .status(let status, let metadata): .status(status, metadata)
            case .compressed, nil: nil
            }
        }

        func next() async throws -> RPCResponsePart<[UInt8]>? {
            try await next(isolation: nil)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: stream) }
}

/// What a server's handler reads.
struct ServerInbound: AsyncSequence, Sendable {
    let stream: CallStream

    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: CallStream

        func next(
            isolation actor: isolated (any Actor)?
        ) async throws(any Error) -> RPCRequestPart<[UInt8]>? {
            switch try await stream.next() {
            case .metadata(let metadata): .metadata(metadata)
            case .message(let message): .message(message)
            case .status, .compressed, nil: nil
            }
        }

        func next() async throws -> RPCRequestPart<[UInt8]>? {
            try await next(isolation: nil)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: stream) }
}

/// Where a client writes.
struct ClientOutbound: ClosableRPCWriterProtocol {
    let stream: CallStream
    /// How large one message may be.
    let messageBytes: Int?

    func write(_ part: RPCRequestPart<[UInt8]>) async throws {
        switch part {
        case .metadata(let metadata):
            if let problem = MetadataFields.problem(in: metadata) { throw problem }
            try await orCancelled { try await stream.write(.metadata(metadata)) }
        case .message(let message):
            if let messageBytes, message.count > messageBytes {
                throw RPCError(
                    code: .resourceExhausted,
                    message: """
                        A message of \(message.count) bytes is over this call's limit of \
                        \(messageBytes) bytes.
                        """
                )
            }
            try await orCancelled { try await stream.write(stream.encoding.part(message)) }
        }
    }

    func write(contentsOf parts: some Sequence<RPCRequestPart<[UInt8]>>) async throws {
        for part in parts { try await write(part) }
    }

    func finish() async {
        stream.finish()
    }

    func finish(throwing error: any Error) async {
        let error = error as? RPCError
        stream.cancel(error ?? RPCError(code: .cancelled, message: "The request was given up."))
    }
}

/// Where a server's handler writes.
struct ServerOutbound: ClosableRPCWriterProtocol {
    let stream: CallStream

    func write(_ part: RPCResponsePart<[UInt8]>) async throws {
        switch part {
        case .metadata(let metadata):
            if let problem = MetadataFields.problem(in: metadata) { throw problem }
            try await stream.write(.metadata(metadata))
        case .message(let message):
            try await stream.write(stream.encoding.part(message))
        case .status(let status, let metadata): try await stream.write(.status(status, metadata))
        }
    }

    func write(contentsOf parts: some Sequence<RPCResponsePart<[UInt8]>>) async throws {
        for part in parts { try await write(part) }
    }

    /// The status is the server's last word: nothing else finishes its direction.
    func finish() async {}

    func finish(throwing error: any Error) async {
        try? await stream.write(
            .status(Status(code: .unknown, message: "The handler failed."), [:])
        )
    }
}
