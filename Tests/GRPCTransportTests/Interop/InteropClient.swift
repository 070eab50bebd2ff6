import GRPCCore
import Testing

/// The suite's client: one function for each case.
struct InteropClient {
    let client: Client

    func run(_ name: InteropCase) async throws {
        switch name {
        case .emptyUnary: try await emptyUnary()
        case .largeUnary: try await largeUnary()
        case .clientStreaming: try await clientStreaming()
        case .serverStreaming: try await serverStreaming()
        case .pingPong: try await pingPong()
        case .emptyStream: try await emptyStream()
        case .cancelAfterBegin: await cancelAfterBegin()
        case .cancelAfterFirstResponse: await cancelAfterFirstResponse()
        case .timeoutOnSleepingServer: await timeoutOnSleepingServer()
        case .customMetadata: try await customMetadata()
        case .statusCodeAndMessage: await status("test status message")
        case .specialStatusMessage:
            await status("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
        case .unimplementedMethod: await unimplemented(InteropService.name)
        case .unimplementedService: await unimplemented(InteropService.missing)
        case .gzip: try await gzip()
        }
    }
}

// MARK: Calls that end well

extension InteropClient {
    private static let answerSizes = [31_415, 9, 2653, 58_979]
    private static let payloadSizes = [27_182, 8, 1828, 45_904]

    private func emptyUnary() async throws {
        let answer = try await client.call("EmptyCall", of: InteropService.name)
        #expect(answer.isEmpty)
    }

    private func largeUnary() async throws {
        let question = InteropQuestion(sizes: [314_159], payload: 271_828)
        let answer = try await client.call("UnaryCall", of: InteropService.name, question.bytes())
        #expect(answer == [UInt8](repeating: 0, count: 314_159))
    }

    /// Both directions compressed: the server is asked to.
    private func gzip() async throws {
        var options = CallOptions.defaults
        options.compression = .gzip
        let question = InteropQuestion(sizes: Self.answerSizes, payload: 271_828)
        let sizes = try await client.stream(
            "FullDuplexCall",
            of: InteropService.name,
            metadata: [InteropService.answersCompressed: "yes"],
            options: options
        ) { writer in
            try await writer.write(question.bytes())
        } reading: { response in
            try await response.messages.reduce(into: []) { $0.append($1.count) }
        }
        #expect(sizes == Self.answerSizes)
    }

    private func clientStreaming() async throws {
        let answers = try await answers("StreamingInputCall") { writer in
            for payload in Self.payloadSizes {
                try await writer.write(InteropQuestion(payload: payload).bytes())
            }
        }
        #expect(answers == [Array("74922".utf8)])
    }

    private func serverStreaming() async throws {
        let answers = try await answers("StreamingOutputCall") { writer in
            try await writer.write(InteropQuestion(sizes: Self.answerSizes).bytes())
        }
        #expect(answers.map(\.count) == Self.answerSizes)
    }

    /// Asks again only when the answer has come.
    private func pingPong() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        turn.yield()
        let sizes = try await client.stream("FullDuplexCall", of: InteropService.name) { writer in
            var turns = turns.makeAsyncIterator()
            for (size, payload) in zip(Self.answerSizes, Self.payloadSizes) {
                await turns.next()
                try await writer.write(InteropQuestion(sizes: [size], payload: payload).bytes())
            }
        } reading: { response in
            var sizes: [Int] = []
            for try await message in response.messages {
                sizes.append(message.count)
                turn.yield()
            }
            return sizes
        }
        #expect(sizes == Self.answerSizes)
    }

    private func emptyStream() async throws {
        let answers = try await answers("FullDuplexCall") { _ in }
        #expect(answers.isEmpty)
    }

    private func customMetadata() async throws {
        let metadata: Metadata = [
            InteropService.initial: "test_initial_metadata_value",
            InteropService.trailing: .binary([0xab, 0xab, 0xab]),
        ]
        for method in ["UnaryCall", "FullDuplexCall"] {
            let (before, after) = try await client.stream(
                method,
                of: InteropService.name,
                metadata: metadata
            ) { writer in
                try await writer.write(InteropQuestion(sizes: [314_159], payload: 271_828).bytes())
            } reading: { response in
                var after = Metadata()
                for try await part in try response.accepted.get().bodyParts {
                    if case .trailingMetadata(let trailing) = part { after = trailing }
                }
                return (response.metadata, after)
            }
            let initial = Array(before[stringValues: InteropService.initial])
            #expect(initial == ["test_initial_metadata_value"])
            #expect(Array(after[binaryValues: InteropService.trailing]) == [[0xab, 0xab, 0xab]])
        }
    }

    private func answers(
        _ method: String,
        writing: @escaping @Sendable (RPCWriter<[UInt8]>) async throws -> Void
    ) async throws -> [[UInt8]] {
        try await client.stream(method, of: InteropService.name, writing: writing) { response in
            try await response.messages.reduce(into: []) { $0.append($1) }
        }
    }
}

// MARK: Calls that do not

extension InteropClient {
    private func cancelAfterBegin() async {
        let begun = Gate()
        let call = Task {
            try await answers("StreamingInputCall") { _ in
                begun.open()
                try await Task.sleep(for: .seconds(60))
            }
        }
        await begun.wait()
        call.cancel()
        let error = await rpcError { _ = try await call.value }
        #expect(error?.code == .cancelled)
    }

    private func cancelAfterFirstResponse() async {
        let answered = Gate()
        let call = Task {
            try await client.stream("FullDuplexCall", of: InteropService.name) { writer in
                try await writer.write(InteropQuestion(sizes: [31_415], payload: 27_182).bytes())
                try await Task.sleep(for: .seconds(60))
            } reading: { response in
                for try await message in response.messages {
                    #expect(message.count == 31_415)
                    answered.open()
                }
            }
        }
        await answered.wait()
        call.cancel()
        let error = await rpcError { try await call.value }
        #expect(error?.code == .cancelled)
    }

    private func timeoutOnSleepingServer() async {
        var options = CallOptions.defaults
        options.timeout = .milliseconds(1)
        let error = await rpcError {
            try await client.stream(
                "FullDuplexCall",
                of: InteropService.name,
                options: options
            ) { writer in
                try await writer.write(InteropQuestion(waits: true, payload: 27_182).bytes())
            } reading: { response in
                for try await _ in response.messages {}
            }
        }
        #expect(error?.code == .deadlineExceeded)
    }

    private func status(_ message: String) async {
        let question = InteropQuestion(code: 2, message: message)
        for method in ["UnaryCall", "FullDuplexCall"] {
            let error = await rpcError {
                _ = try await client.call(method, of: InteropService.name, question.bytes())
            }
            #expect(error?.code == .unknown)
            #expect(error?.message == message)
        }
    }

    private func unimplemented(_ service: String) async {
        let error = await rpcError { _ = try await client.call("UnimplementedCall", of: service) }
        #expect(error?.code == .unimplemented)
    }
}
