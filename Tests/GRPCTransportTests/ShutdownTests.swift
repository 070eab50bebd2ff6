import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(4)))
struct ShutdownTests {
    @Test func `a server that stops lets a running call end and takes no other`() async throws {
        let (began, stop) = (Gate(), Gate())
        let told = Gate()
        let slow: RawService.Method = { request, context in
            StreamingServerResponse { writer in
                began.open()
                try await context.cancellation.cancelled
                told.open()
                await stop.wait()
                for try await message in request.messages { try await writer.write(message) }
                return [:]
            }
        }
        let cluster = try Cluster()
        try await withServer(cluster.server(), ["Slow": slow, "Echo": RawService.echo]) {
            server,
            port in
            try await withClient(cluster.client(port: port)) { client in
                let call = Task { try await client.call("Slow", [7]) }
                await began.wait()
                server.beginGracefulShutdown()
                await told.wait()
                let isRefused = try await eventually {
                    await rpcError { _ = try await client.call("Echo") }?.code == .unavailable
                }
                #expect(isRefused)
                stop.open()
                let answer = try await call.value
                #expect(answer == [7])
            }
        }
    }

    @Test func `a server that stops waits no longer than its grace`() async throws {
        let (began, ended) = (Gate(), Gate())
        let endless: RawService.Method = { request, _ in
            began.open()
            defer { ended.open() }
            for try await _ in request.messages {}
            throw RPCError(code: .aborted, message: "not reached")
        }
        try await withPair(
            ["Endless": endless],
            Changes(server: { $0.shutdownGrace = .milliseconds(300) })
        ) {
            client,
            server in
            let call = Task {
                await rpcError {
                    try await client.stream("Endless") { _ in
                        try await Task.sleep(for: .seconds(60))
                    } reading: { response in
                        for try await _ in response.messages {}
                    }
                }
            }
            await began.wait()
            server.beginGracefulShutdown()
            #expect(await call.value?.code == .unavailable)
            await ended.wait()
        }
    }

    @Test func `a server's listen returns when it has stopped`() async throws {
        let cluster = try Cluster()
        let transport = HTTP2ServerTransport(try cluster.server())
        let server = GRPCServer(
            transport: transport,
            services: [RawService(methods: ["Echo": RawService.echo])]
        )
        let serving = Task { try await server.serve() }
        let port = try await transport.boundPort()
        try await withClient(cluster.client(port: port)) { client in
            _ = try await client.call("Echo", [1])
            server.beginGracefulShutdown()
            try await serving.value
        }
    }

    @Test func `a client that stops lets its calls end and begins no other`() async throws {
        let (began, stop) = (Gate(), Gate())
        let slow = RawService.unary { message, _ in
            began.open()
            await stop.wait()
            return message
        }
        let cluster = try Cluster()
        try await withServer(cluster.server(), ["Slow": slow]) { _, port in
            let transport = HTTP2ClientTransport(try cluster.client(port: port))
            let connecting = Task { try await transport.connect() }
            let client = GRPCClient(transport: transport)
            let call = Task { try await client.call("Slow", [7]) }
            await began.wait()
            transport.beginGracefulShutdown()
            let error = await rpcError { _ = try await client.call("Slow") }
            #expect(error?.code == .failedPrecondition)
            stop.open()
            let answer = try await call.value
            #expect(answer == [7])
            try await connecting.value
        }
    }

    @Test func `a port in use is reported`() async throws {
        let cluster = try Cluster()
        try await withServer(cluster.server(), [:]) { _, port in
            var configuration = try cluster.server()
            configuration.port = port
            let transport = HTTP2ServerTransport(configuration)
            let error = await rpcError { try await transport.listen { _, _ in } }
            #expect(error?.message.contains("address already in use") == true)
            await #expect(throws: RPCError.self) { try await transport.boundPort() }
        }
    }

    @Test func `nobody waits for the port of a server that was stopped first`() async throws {
        let transport = HTTP2ServerTransport(try Cluster().server())
        transport.beginGracefulShutdown()
        await #expect(throws: RPCError.self) { try await transport.boundPort() }
    }

    @Test func `who waits for the port can be cancelled`() async throws {
        let transport = HTTP2ServerTransport(try Cluster().server())
        let waiting = Task { try await transport.boundPort() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
