import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PythonTests {
    private static let fail: RawService.Method = { _, _ in
        throw RPCError(code: .failedPrecondition, message: "näh: 100 %")
    }
    private static let wait: RawService.Method = { _, context in
        try await context.cancellation.cancelled
        throw CancellationError()
    }
    private static let flood: RawService.Method = { _, _ in
        StreamingServerResponse { writer in
            while true { try await writer.write([UInt8](repeating: 1, count: 10_000)) }
        }
    }

    @Test(.needsPython)
    func `grpcio speaks with the server`() async throws {
        let cluster = try Cluster()
        let transport = HTTP2ServerTransport(try cluster.server())
        // HealthCheckResponse { status: SERVING }
        let health = RawService(
            name: "grpc.health.v1.Health",
            methods: ["Check": RawService.unary { _, _ in [8, 1] }]
        )
        let raw = RawService(methods: [
            "Echo": RawService.echo, "Fail": Self.fail, "Wait": Self.wait, "Flood": Self.flood,
        ])
        let server = GRPCServer(transport: transport, services: [health, raw])
        let serving = Task { try await server.serve() }
        let port = try await transport.boundPort()
        let script = try PythonScript("client.py", as: cluster.agent())
        let said = try await script.output("\(port)")
        #expect(said.hasSuffix("all well\n"))
        server.beginGracefulShutdown()
        try await serving.value
    }
}
