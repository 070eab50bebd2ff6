import GRPCCore
import GRPCTransport
import Testing

/// What a handler saw of its call's end.
private struct Fate: Sendable {
    let began = Gate()
    let cancelled = Gate()
    let reading = Shared<RPCError?>(nil)
    let writing = Shared<RPCError?>(nil)

    /// Reads until that fails, then writes.
    var method: RawService.Method {
        { request, context in
            StreamingServerResponse { writer in
                began.open()
                reading.value = await rpcError { for try await _ in request.messages {} }
                writing.value = await rpcError { try await writer.write([1]) }
                try await context.cancellation.cancelled
                cancelled.open()
                return [:]
            }
        }
    }
}

@Suite(.timeLimit(.minutes(4)))
struct CancellationTests {
    @Test func `a client's cancelled task cancels the handler`() async throws {
        let fate = Fate()
        try await withPair(["Wait": fate.method]) { client, _ in
            let call = Task {
                try await client.stream("Wait") { _ in
                    try await Task.sleep(for: .seconds(60))
                } reading: { response in
                    for try await _ in response.messages {}
                }
            }
            await fate.began.wait()
            call.cancel()
            let error = await rpcError { try await call.value }
            #expect(error?.code == .cancelled)
            await fate.cancelled.wait()
            #expect(fate.reading.value?.code == .cancelled)
            #expect(fate.writing.value != nil)
        }
    }

    @Test func `a client that has read enough cancels the handler`() async throws {
        let cancelled = Gate()
        let flood: RawService.Method = { _, context in
            StreamingServerResponse { writer in
                await withRPCCancellationHandler {
                    let error = await rpcError { while true { try await writer.write([1]) } }
                    #expect(error?.code == .cancelled)
                } onCancelRPC: {
                    cancelled.open()
                }
                return [:]
            }
        }
        try await withPair(["Flood": flood]) { client, _ in
            try await client.stream("Flood") { response in
                for try await _ in response.messages { break }
            }
            await cancelled.wait()
        }
    }

    @Test func `a lost connection cancels the handler`() async throws {
        let fate = Fate()
        let cluster = try Cluster()
        try await withServer(cluster.server(), ["Wait": fate.method]) { _, port in
            try await withClient(cluster.client(port: port)) { client in
                let call = Task {
                    try await client.stream("Wait") { _ in
                        try await Task.sleep(for: .seconds(60))
                    } reading: { response in
                        for try await _ in response.messages {}
                    }
                }
                await fate.began.wait()
                _ = call
            }
            await fate.cancelled.wait()
            #expect(
                fate.reading.value?.code == .unavailable || fate.reading.value?.code == .cancelled
            )
        }
    }

    @Test func `a handler can cancel its own call, and the client learns`() async throws {
        let giveUp: RawService.Method = { request, context in
            context.cancellation.cancel()
            let error = await rpcError { for try await _ in request.messages {} }
            #expect(error?.code == .cancelled)
            return StreamingServerResponse { _ in [:] }
        }
        try await withPair(["GiveUp": giveUp]) { client, _ in
            let error = await rpcError { _ = try await client.call("GiveUp") }
            #expect(error?.code == .cancelled)
            #expect(error?.message.contains("server") == true)
        }
    }

    @Test func `a stopped server fails the client's calls`() async throws {
        let began = Gate()
        let cluster = try Cluster()
        let wait: RawService.Method = { _, context in
            began.open()
            try await context.cancellation.cancelled
            throw CancellationError()
        }
        let (client, error) = try await withServer(cluster.server(), ["Wait": wait]) { _, port in
            let client = GRPCClient(transport: HTTP2ClientTransport(try cluster.client(port: port)))
            let run = Task { try await client.runConnections() }
            let call = Task { await rpcError { _ = try await client.call("Wait") } }
            await began.wait()
            return ((client, run), call)
        }
        #expect(await error.value?.code == .unavailable)
        client.0.beginGracefulShutdown()
        try await client.1.value
    }
}

@Suite(.timeLimit(.minutes(4)))
struct DeadlineTests {
    /// Makes a call with more and more seconds until its handler has begun: one whose deadline passes
    /// before that, on a busy machine, is never begun, and there is nobody to tell.
    private static func untilBegun(_ began: Gate, call: (Int) async throws -> Void) async throws {
        for seconds in [1, 4, 16, 64] where !began.isOpen { try await call(seconds) }
        try #require(began.isOpen)
    }

    @Test func `the client's timeout ends the call on both sides`() async throws {
        let fate = Fate()
        try await withPair(["Wait": fate.method, "Echo": RawService.echo]) { client, _ in
            _ = try await client.call("Echo")  // so that the time is not spent on connecting
            try await Self.untilBegun(fate.began) { seconds in
                var options = CallOptions.defaults
                options.timeout = .seconds(seconds)
                let error = await rpcError {
                    try await client.stream("Wait", options: options) { _ in
                        try await Task.sleep(for: .seconds(600))
                    } reading: { response in
                        for try await _ in response.messages {}
                    }
                }
                #expect(error?.code == .deadlineExceeded)
            }
            await fate.cancelled.wait()
        }
    }

    @Test func `the server keeps the deadline of a client that does not`() async throws {
        let fate = Fate()
        try await withPair(["Wait": fate.method]) { client, _ in
            try await Self.untilBegun(fate.began) { seconds in
                let metadata: Metadata = ["grpc-timeout": "\(seconds)S"]
                let error = await rpcError {
                    try await client.stream("Wait", metadata: metadata) { _ in
                        try await Task.sleep(for: .seconds(600))
                    } reading: { response in
                        for try await _ in response.messages {}
                    }
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(error?.message == "The call's deadline has passed.")
            }
            await fate.cancelled.wait()
            #expect(fate.reading.value?.code == .deadlineExceeded)
            #expect(fate.writing.value?.code == .deadlineExceeded)
        }
    }

    @Test func `a deadline comes through to a client that does not read`() async throws {
        let (began, failed) = (Gate(), Gate())
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                began.open()
                let error = await rpcError {
                    while true { try await writer.write([UInt8](repeating: 1, count: 50_000)) }
                }
                #expect(error?.code == .deadlineExceeded)
                failed.open()
                return [:]
            }
        }
        try await withPair(["Flood": flood]) { client, _ in
            try await Self.untilBegun(began) { seconds in
                let metadata: Metadata = ["grpc-timeout": "\(seconds)S"]
                let error = await rpcError {
                    try await client.stream("Flood", metadata: metadata) { response in
                        // A call that was refused unseen has no writer who could fail.
                        if case .success = response.accepted { await failed.wait() }
                        for try await _ in response.messages {}
                    }
                }
                #expect(error?.code == .deadlineExceeded)
            }
        }
    }

    @Test func `a malformed timeout is refused`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let error = await rpcError {
                _ = try await client.call("Echo", metadata: ["grpc-timeout": "soon"])
            }
            #expect(error?.code == .invalidArgument)
        }
    }
}
