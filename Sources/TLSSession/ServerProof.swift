internal import COpenSSL

/// What a server must prove to a client in the handshake, before the client sends anything.
public enum ServerProof: Sendable {
    /// A chain to one of the authorities (PEM, one or more), and a leaf with exactly this URI among
    /// its subject alternative names. Names and addresses are not looked at: they change.
    case chain(authorities: String, uri: String)
    /// A chain that holds the authority whose SubjectPublicKeyInfo has this SHA-256 (hexadecimal),
    /// and a leaf which that authority verifies and which has a URI with this path.
    case pinnedAuthority(publicKeySHA256: String, uriPath: String)
}

extension ServerProof {
    /// Judges the chain that OpenSSL hands over; nil is consent, a text the reason to refuse.
    func objection(to chain: OpaquePointer) -> String? {
        switch self {
        case .chain(_, let uri):
            guard X509_verify_cert(chain) == 1 else { return Self.words(of: chain) }
            let uris = Self.leafURIs(of: chain)
            if uris.contains(uri) { return nil }
            return "the server is \(Self.list(uris)) and not \(uri)"
        case .pinnedAuthority(let pin, let path):
            if let objection = Self.verify(chain, with: pin) { return objection }
            let uris = Self.leafURIs(of: chain)
            if uris.contains(where: { Self.path(of: $0) ?? "" == path }) { return nil }
            return "the server is \(Self.list(uris)) and has no identity that ends in \(path)"
        }
    }

    /// Verifies again with the pinned authority as the only one that is trusted.
    private static func verify(_ chain: OpaquePointer, with pin: String) -> String? {
        let presented = X509_STORE_CTX_get0_untrusted(chain)
        guard let leaf = X509_STORE_CTX_get0_cert(chain),
            let authority = certificate(in: presented, pin: pin)
        else { return "the server's chain does not hold the authority that is pinned" }
        guard let store = X509_STORE_new() else { return "out of memory" }
        defer { X509_STORE_free(store) }
        guard let context = X509_STORE_CTX_new() else { return "out of memory" }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_add_cert(store, authority) == 1,
            X509_STORE_CTX_init(context, store, leaf, presented) == 1,
            X509_STORE_CTX_set_default(context, "ssl_server") == 1
        else { return "the server's chain cannot be read" }
        return X509_verify_cert(context) == 1 ? nil : words(of: context)
    }

    /// The pinned authority's own certificate: its key may stand in another's as well, when a
    /// cluster changes its authority, and that one is no anchor.
    private static func certificate(in chain: OpaquePointer?, pin: String) -> OpaquePointer? {
        let pin = pin.lowercased()
        for index in 0..<max(OPENSSL_sk_num(chain), 0) {
            guard let value = OPENSSL_sk_value(chain, index) else { continue }
            let certificate = OpaquePointer(value)
            if publicKeySHA256(of: certificate) == pin, X509_self_signed(certificate, 1) == 1 {
                return certificate
            }
        }
        return nil
    }

    static func publicKeySHA256(of certificate: OpaquePointer) -> String? {
        guard let key = X509_get_X509_PUBKEY(certificate) else { return nil }
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_PUBKEY(key, &encoded)
        guard length > 0, let encoded else { return nil }
        defer { CRYPTO_free(encoded, #file, #line) }
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(encoded, Int(length), &digest, nil, EVP_sha256(), nil) == 1 else {
            return nil
        }
        return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func words(of chain: OpaquePointer) -> String {
        String(cString: X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(chain))))
    }

    private static func leafURIs(of chain: OpaquePointer) -> [String] {
        X509_STORE_CTX_get0_cert(chain).map(PeerCertificate.uris(of:)) ?? []
    }

    private static func list(_ uris: [String]) -> String {
        uris.isEmpty ? "without a URI" : uris.joined(separator: ", ")
    }

    /// `/coordinator` of `spiffe://cluster/coordinator`.
    private static func path(of uri: String) -> Substring? {
        guard uri.hasPrefix("spiffe://") else { return nil }
        let rest = uri.dropFirst("spiffe://".count)
        return rest.firstIndex(of: "/").map { rest[$0...] }
    }
}
