import EchoService
import GRPCCore
import GRPCTransport

/// The service over Isthmus' transport.
struct IsthmusServer {
    /// Who it is.
    let identity: ServerFiles
    /// Whether no handler runs on an event loop.
    let usesPool: Bool

    /// Serves until the standard input ends.
    func run() async throws {
        let tls = TLSIdentity(
            certificate: identity.certificate,
            key: Array(identity.key.utf8),
            authorities: identity.authority
        )
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0, identity: tls)
        // The benchmark's clients all have one certificate.
        configuration.connections = 20_000
        configuration.connectionsPerPeer = 20_000
        configuration.handlersPerPeer = 20_000
        configuration.limits.concurrentCalls = 1024
        configuration.isShort = { [usesPool] _ in !usesPool }
        let transport = HTTP2ServerTransport(configuration)
        let server = GRPCServer(transport: transport, services: [EchoService()])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask {
                Lifetime.announce("listening \(try await transport.boundPort())")
                await Lifetime.over()
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
