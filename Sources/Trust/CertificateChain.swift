import COpenSSL
import Plan

extension Credential {
    /// Its certificate, if that is the identity's, valid now (milliseconds since 1970), and signed by
    /// one of its authorities, perhaps by way of the certificates that stand behind it.
    public func demand(
        _ identity: SPIFFEIdentity,
        now: Int64
    ) throws(TrustFailure) -> Certificate {
        let first = try Certificate(pem: certificate)
        guard first.identity == identity else {
            throw TrustFailure(
                "the certificate is for \(first.identity?.uri ?? "nobody"), not for \(identity.uri)"
            )
        }
        let chain = try CertificateStack(pem: certificate)
        let trusted = try CertificateStack(pem: authorities)
        try trusted.verify(first, through: chain, now: now)
        return first
    }
}

/// OpenSSL's list of certificates.
private final class CertificateStack {
    private let pointer: OpaquePointer

    /// Reads all certificates of a PEM text.
    init(pem: String) throws(TrustFailure) {
        pointer = try OpenSSL.make("cannot list certificates") { OPENSSL_sk_new_null() }
        let stack = pointer
        _ = try OpenSSL.decode("cannot read the certificates", Array(pem.utf8)) { bio in
            while let next = PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
                OPENSSL_sk_push(stack, UnsafeRawPointer(next))
            }
            return OPENSSL_sk_num(stack) > 0 ? stack : nil
        }
        ERR_clear_error()
    }

    deinit {
        OPENSSL_sk_pop_free(pointer) { X509_free($0.map { OpaquePointer($0) }) }
    }

    /// Fails where the certificate does not chain up to one of this list.
    func verify(
        _ certificate: Certificate,
        through chain: CertificateStack,
        now: Int64
    ) throws(TrustFailure) {
        let context = try OpenSSL.make("cannot verify a certificate") { X509_STORE_CTX_new() }
        defer { X509_STORE_CTX_free(context) }
        try OpenSSL.require("cannot verify a certificate") {
            X509_STORE_CTX_init(context, nil, certificate.pointer, chain.pointer) == 1
        }
        X509_STORE_CTX_set0_trusted_stack(context, pointer)
        X509_STORE_CTX_set_time(context, 0, time_t(now / 1000))
        guard X509_verify_cert(context) == 1 else {
            let code = Int(X509_STORE_CTX_get_error(context))
            ERR_clear_error()
            throw TrustFailure(
                "the certificate is not good: "
                    + String(cString: X509_verify_cert_error_string(code))
            )
        }
    }
}
