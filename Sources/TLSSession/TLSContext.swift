internal import COpenSSL

/// Whether a protocol of the server demands a certificate of its clients.
public enum ClientCertificate: Equatable, Sendable {
    /// The handshake fails without one that our authorities verify.
    case required
    /// None is asked for.
    case none
}

/// One side's rules for new sessions: its own certificate and what it asks of the peer.
///
/// It is an `SSL_CTX`, which is counted and, once set up, safe to share between threads. To change
/// the identity make another context: sessions that exist keep theirs.
public final class TLSContext: @unchecked Sendable {
    /// Says what a server demands on an application protocol (ALPN), or nil to refuse it now.
    public typealias Admission = @Sendable (_ applicationProtocol: String) -> ClientCertificate?

    let pointer: OpaquePointer
    let role: Role

    enum Role {
        case server(Admission)
        case client(ServerProof)
    }

    private init(role: Role) throws(TLSFailure) {
        ErrorQueue.clear()
        let method =
            switch role {
            case .server: TLS_server_method()
            case .client: TLS_client_method()
            }
        guard let pointer = SSL_CTX_new(method) else {
            throw ErrorQueue.unusable("OpenSSL makes no context")
        }
        self.pointer = pointer
        self.role = role
        // ssl.h has macros for these, which Swift does not see.
        SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)
        SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        // Buffers are not kept between records. What is shown is what `use` and `show` were given: by
        // itself OpenSSL would show a client's authorities too, which the server knows, and then
        // keeps once more for each connection.
        let mode = Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN)
        SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, mode, nil)
        // Resumption would spare a client the demand for its certificate.
        SSL_CTX_set_num_tickets(pointer, 0)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    /// Rules for a server that shows `certificate` with all that belongs to it, then every authority,
    /// so that a client which knows only one authority, or only its pin, can check it.
    ///
    /// - Parameters:
    ///   - certificate: PEM, the leaf first, then what lies between it and the authorities. Those
    ///     are shown first: a client takes the first certificate that fits as an issuer.
    ///   - key: PEM, unencrypted.
    ///   - authorities: PEM, one or more; they verify clients and complete the server's chain.
    ///   - admission: Asked in every handshake, for the client's protocols in the client's order.
    /// - Throws: A failure of kind `unusableIdentity`.
    /// - Returns: A context for server sessions.
    public static func server(
        certificate: String,
        key: [UInt8],
        authorities: String,
        admission: @escaping Admission
    ) throws(TLSFailure) -> TLSContext {
        let context = try TLSContext(role: .server(admission))
        try context.trust(authorities)
        try context.use(certificate: certificate, key: key)
        try context.proveOwnChain()
        for authority in try PEM.certificates(in: authorities, of: "the authorities") {
            try context.show(authority)
        }
        // A client without any protocol would never reach `select`.
        SSL_CTX_set_client_hello_cb(context.pointer, ApplicationProtocol.demand, nil)
        SSL_CTX_set_alpn_select_cb(
            context.pointer,
            ApplicationProtocol.select,
            Unmanaged.passUnretained(context).toOpaque()
        )
        return context
    }

    /// Rules for a client.
    ///
    /// - Parameters:
    ///   - identity: The client's certificate (PEM, leaf first) and key, if it has one.
    ///   - proof: What the server must prove.
    ///   - applicationProtocol: The one protocol (ALPN) to ask for, 1 to 255 bytes.
    /// - Throws: A failure of kind `unusableIdentity`.
    /// - Returns: A context for client sessions.
    public static func client(
        identity: (certificate: String, key: [UInt8])?,
        proof: ServerProof,
        applicationProtocol: String
    ) throws(TLSFailure) -> TLSContext {
        let context = try TLSContext(role: .client(proof))
        if case .chain(let authorities, _) = proof { try context.trust(authorities) }
        if let identity { try context.use(certificate: identity.certificate, key: identity.key) }
        SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(context.pointer, ServerVerification.callback, nil)
        guard let offer = ApplicationProtocol.offer(applicationProtocol),
            SSL_CTX_set_alpn_protos(context.pointer, offer, UInt32(offer.count)) == 0
        else {
            throw TLSFailure(
                kind: .unusableIdentity,
                message: "the application protocol must have 1 to 255 bytes"
            )
        }
        return context
    }

    private func trust(_ authorities: String) throws(TLSFailure) {
        let store = SSL_CTX_get_cert_store(pointer)
        for authority in try PEM.certificates(in: authorities, of: "the authorities") {
            guard X509_STORE_add_cert(store, authority.pointer) == 1,
                SSL_CTX_add_client_CA(pointer, authority.pointer) == 1
            else { throw ErrorQueue.unusable("an authority cannot be used") }
        }
    }

    private func use(certificate: String, key: [UInt8]) throws(TLSFailure) {
        let chain = try PEM.certificates(in: certificate, of: "our certificate")
        let key = try PEM.privateKey(in: key)
        ErrorQueue.clear()
        for (index, certificate) in chain.enumerated() {
            guard index == 0 else {
                try show(certificate)
                continue
            }
            guard SSL_CTX_use_certificate(pointer, certificate.pointer) == 1 else {
                throw ErrorQueue.unusable("our certificate cannot be used")
            }
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1,
            SSL_CTX_check_private_key(pointer) == 1
        else { throw ErrorQueue.unusable("our certificate and our key do not belong together") }
    }

    /// Shows one more certificate after our own.
    private func show(_ certificate: X509Certificate) throws(TLSFailure) {
        let raw = UnsafeMutableRawPointer(certificate.pointer)
        guard SSL_CTX_ctrl(pointer, SSL_CTRL_CHAIN_CERT, 1, raw) == 1 else {
            throw ErrorQueue.unusable("a certificate of our chain cannot be used")
        }
    }

    /// Fails where a client that believes all our authorities would not believe us.
    private func proveOwnChain() throws(TLSFailure) {
        ErrorQueue.clear()
        var between: OpaquePointer?
        SSL_CTX_ctrl(pointer, SSL_CTRL_GET_CHAIN_CERTS, 0, &between)
        guard let check = X509_STORE_CTX_new() else {
            throw ErrorQueue.unusable("OpenSSL makes no context")
        }
        defer { X509_STORE_CTX_free(check) }
        guard
            X509_STORE_CTX_init(
                check,
                SSL_CTX_get_cert_store(pointer),
                SSL_CTX_get0_certificate(pointer),
                between
            ) == 1,
            X509_verify_cert(check) == 1
        else {
            let reason = X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(check)))
            let words = reason.map { ": " + String(cString: $0) } ?? ""
            throw ErrorQueue.unusable("none of the authorities verifies our certificate" + words)
        }
    }
}
