internal import COpenSSL

/// A counted reference to one X.509 certificate.
final class X509Certificate {
    let pointer: OpaquePointer

    /// Takes over one reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }
}

/// A counted reference to one private key.
final class PrivateKey {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }
}

/// Reads the text form in which certificates and keys are stored (RFC 7468).
enum PEM {
    /// Every certificate of the text, in its order; at least one.
    static func certificates(
        in text: String,
        of what: String
    ) throws(TLSFailure) -> [X509Certificate] {
        ErrorQueue.clear()
        var found: [X509Certificate] = []
        withMemoryBIO(Array(text.utf8)) { bio in
            while let pointer = PEM_read_bio_X509(bio, nil, neverAsk, nil) {
                found.append(X509Certificate(owning: pointer))
            }
        }
        let last = ERR_peek_last_error()
        if !found.isEmpty, last == 0 || ERR_GET_REASON(last) == PEM_R_NO_START_LINE {
            ErrorQueue.clear()
            return found
        }
        throw ErrorQueue.unusable("\(what) is not a text of PEM certificates")
    }

    /// The unencrypted private key of the text.
    static func privateKey(in text: [UInt8]) throws(TLSFailure) -> PrivateKey {
        ErrorQueue.clear()
        var found: PrivateKey?
        withMemoryBIO(text) { bio in
            found = PEM_read_bio_PrivateKey(bio, nil, neverAsk, nil).map(PrivateKey.init(owning:))
        }
        guard let found else {
            throw ErrorQueue.unusable("the private key is not an unencrypted PEM key")
        }
        return found
    }

    private static func withMemoryBIO(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            guard let count = Int32(exactly: bytes.count),
                let bio = BIO_new_mem_buf(bytes.baseAddress, count)
            else { return }
            body(bio)
            BIO_free(bio)
        }
    }
}

/// Stands where OpenSSL would ask for a pass phrase on the terminal.
private func neverAsk(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}
