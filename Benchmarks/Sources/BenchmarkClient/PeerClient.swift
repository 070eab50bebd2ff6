import GRPCCore
import GRPCNIOTransportHTTP2Posix

extension ClientFiles {
    /// grpc-swift-nio-transport's transport to a server on 127.0.0.1.
    func peer(port: Int) throws -> HTTP2ClientTransport.Posix {
        try .http2NIOPosix(
            target: .ipv4(address: "127.0.0.1", port: port),
            transportSecurity: .mTLS(
                certificateChain: [.bytes(Array(certificate.utf8), format: .pem)],
                privateKey: .bytes(Array(key.utf8), format: .pem)
            ) { tls in
                tls.trustRoots = .certificates([.bytes(Array(authority.utf8), format: .pem)])
                tls.serverCertificateVerification = .noHostnameVerification
            }
        )
    }
}
