import COpenSSL
public import Plan

/// A key pair that is made to be handed one sealed thing and then thrown away. Its certificate is
/// signed by itself and proves nothing: it only carries the public half.
public struct SealedBox: Sendable {
    /// The public half, PEM.
    public let certificate: Certificate
    /// The other half.
    public let key: PrivateKey

    /// Makes a pair.
    ///
    /// - Parameters:
    ///   - name: What the certificate is called, for people.
    ///   - now: Milliseconds since 1970.
    /// - Returns: The pair.
    /// - Throws: `TrustFailure` where OpenSSL makes none, or the name cannot stand in a certificate.
    public static func make(name: String, now: Int64) throws(TrustFailure) -> SealedBox {
        let key = try PrivateKey.generate()
        let draft = try CertificateDraft()
        try draft.setNames(subject: try DistinguishedName([("CN", name)]))
        try draft.setKey(of: key)
        try draft.setTimes(from: now - 86_400_000, to: now + 86_400_000)
        return SealedBox(certificate: try draft.signed(by: key), key: key)
    }

    /// What was sealed for the pair; at most `limit` bytes.
    ///
    /// - Throws: `TrustFailure` where it was sealed for another key, or a byte of it is not what it was.
    public static func open(
        _ sealed: [UInt8],
        with key: PrivateKey,
        limit: Int = 1 << 20
    ) throws(TrustFailure) -> Secret {
        guard sealed.count <= limit + (64 << 10) else {
            throw TrustFailure("\(sealed.count) sealed bytes are too many")
        }
        let message = try OpenSSL.make("this is nothing that was sealed") { () -> OpaquePointer? in
            sealed.withUnsafeBytes { bytes in
                guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                    return nil
                }
                defer { BIO_free(bio) }
                return d2i_CMS_bio(bio, nil)
            }
        }
        defer { CMS_ContentInfo_free(message) }
        let opened = try OpenSSL.encode("it was sealed for another key, or was changed") { output in
            CMS_decrypt(message, key.pointer, nil, nil, output, UInt32(CMS_BINARY))
        }
        guard opened.count <= limit else { throw TrustFailure("too much was sealed") }
        return Secret(opened)
    }
}
