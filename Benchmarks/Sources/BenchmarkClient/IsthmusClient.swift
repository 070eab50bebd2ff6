import GRPCTransport

extension ClientFiles {
    /// Isthmus' transport to a server on 127.0.0.1.
    func isthmus(port: Int) -> HTTP2ClientTransport {
        let identity = TLSIdentity(
            certificate: certificate,
            key: Array(key.utf8),
            authorities: authority
        )
        return HTTP2ClientTransport(
            ClientConfiguration(
                host: "127.0.0.1",
                port: port,
                trust: .authorities(pem: authority, uri: "spiffe://benchmark/coordinator"),
                identity: identity
            )
        )
    }
}
