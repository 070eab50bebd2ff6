import EchoService
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// The service over grpc-swift-nio-transport.
struct PeerServer {
    /// Who it is.
    let identity: ServerFiles

    /// Serves until the standard input ends.
    func run() async throws {
        let transport = transport()
        let server = GRPCServer(transport: transport, services: [EchoService()])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask {
                let port = try await transport.listeningAddress.ipv4?.port ?? 0
                Lifetime.announce("listening \(port)")
                await Lifetime.over()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func transport() -> HTTP2ServerTransport.Posix {
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.http2.maxConcurrentStreams = 1024
        let security = HTTP2ServerTransport.Posix.TransportSecurity.mTLS(
            certificateChain: [.bytes(Array(identity.certificate.utf8), format: .pem)],
            privateKey: .bytes(Array(identity.key.utf8), format: .pem)
        ) { tls in
            tls.trustRoots = .certificates([.bytes(Array(identity.authority.utf8), format: .pem)])
        }
        return HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0),
            transportSecurity: security,
            config: config
        )
    }
}
