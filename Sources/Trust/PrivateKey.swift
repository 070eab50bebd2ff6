import COpenSSL
public import Plan

/// An ECDSA key on the curve P-256.
public final class PrivateKey: Sendable {
    // OpenSSL 3 reads a finished key from any number of threads.
    nonisolated(unsafe) let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Makes a key from the system's randomness.
    public static func generate() throws(TrustFailure) -> PrivateKey {
        let pointer = try OpenSSL.make("cannot make a private key") { () -> OpaquePointer? in
            guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
            defer { EVP_PKEY_CTX_free(context) }
            var key: OpaquePointer?
            guard EVP_PKEY_keygen_init(context) == 1,
                EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
                EVP_PKEY_generate(context, &key) == 1
            else { return nil }
            return key
        }
        return PrivateKey(pointer)
    }

    /// Reads the first key of a PEM text. Fails where there is none, where it is encrypted, and
    /// where it is of another kind than P-256.
    public init(pem: Secret) throws(TrustFailure) {
        pointer = try OpenSSL.decode("cannot read the private key", pem.reveal()) {
            PEM_read_bio_PrivateKey($0, nil, refusePassphrase, nil)
        }
        guard P256.holds(pointer) else {
            throw TrustFailure("the private key is not an ECDSA key on the curve P-256")
        }
    }

    /// Whether it is the key that the certificate is for.
    public func belongs(to certificate: Certificate) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return X509_check_private_key(certificate.pointer, pointer) == 1
    }

    /// PKCS #8 in PEM, not encrypted: for a file of mode 0600 and nothing else.
    public func pem() throws(TrustFailure) -> Secret {
        Secret(
            try OpenSSL.encode("cannot write the private key") {
                PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil)
            }
        )
    }
}

/// The one kind of key that Isthmus uses.
enum P256 {
    /// Whether a key is on the curve, and names it instead of spelling out its parameters (which
    /// could differ from the curve's in what a reader does not look at).
    static func holds(_ key: OpaquePointer) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard EVP_PKEY_is_a(key, "EC") == 1 else { return false }
        var explicit: Int32 = 0
        if EVP_PKEY_get_int_param(key, "decoded-from-explicit", &explicit) == 1, explicit != 0 {
            return false
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            guard EVP_PKEY_get_group_name(key, name.baseAddress, name.count, nil) == 1,
                let start = name.baseAddress
            else { return false }
            return String(cString: start) == "prime256v1"
        }
    }
}
