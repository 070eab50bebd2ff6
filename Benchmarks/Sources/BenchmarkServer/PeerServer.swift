import EchoService
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// The service over grpc-swift-nio-transport.
struct PeerServer {
    /// Who it is.
    let identity: ServerFiles

    /// Serves until the standard input ends.
    func run() async throws {
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: 0),
                transportSecurity: .mTLS(
                    certificateChain: [.bytes(Array(identity.certificate.utf8), format: .pem)],
                    privateKey: .bytes(Array(identity.key.utf8), format: .pem)
                ) { tls in
                    tls.trustRoots = .certificates([
                        .bytes(Array(identity.authority.utf8), format: .pem)
                    ])
                },
                config: .defaults { $0.http2.maxConcurrentStreams = 1024 }
            ),
            services: [EchoService()]
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask {
                let port = try await server.listeningAddress?.ipv4?.port
                Lifetime.announce(port: port ?? 0)
                await Lifetime.over()
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
