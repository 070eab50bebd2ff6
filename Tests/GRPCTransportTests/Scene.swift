import GRPCCore
import GRPCTransport

/// Runs a server with the methods, and `body` with its port; stops it afterwards.
func withServer<Result: Sendable>(
    _ configuration: ServerConfiguration,
    _ methods: [String: RawService.Method],
    _ body: (_ server: Server, _ port: Int) async throws -> Result
) async throws -> Result {
    let transport = HTTP2ServerTransport(configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let server = GRPCServer(
            transport: transport,
            services: [RawService(methods: methods)]
        )
        group.addTask { try await server.serve() }
        defer { group.cancelAll() }
        return try await body(server, transport.boundPort())
    }
}

/// Runs a client, and `body` with it; stops it afterwards.
func withClient<Result: Sendable>(
    _ configuration: ClientConfiguration,
    _ body: (Client) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        let client = GRPCClient(transport: HTTP2ClientTransport(configuration))
        group.addTask { try? await client.runConnections() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// What a test changes about a server and a client before they start.
struct Changes {
    var server: (inout ServerConfiguration) -> Void = { _ in }
    var client: (inout ClientConfiguration) -> Void = { _ in }
}

/// A server and a client that trust each other.
func withPair<Result: Sendable>(
    _ methods: [String: RawService.Method],
    _ changes: Changes = Changes(),
    _ body: (_ client: Client, _ server: Server) async throws -> Result
) async throws -> Result {
    let cluster = try Cluster()
    var configuration = try cluster.server()
    changes.server(&configuration)
    return try await withServer(configuration, methods) { server, port in
        var configuration = try cluster.client(port: port)
        changes.client(&configuration)
        return try await withClient(configuration) { try await body($0, server) }
    }
}
