import COpenSSL
import Glibc

/// Bytes sealed for the holder of a certificate's private key, piece by piece: CMS
/// AuthEnvelopedData (RFC 5083) with AES-256-GCM, in DER. What comes out can be opened with
///
///     openssl cms -decrypt -binary -inform DER -in FILE -inkey KEY
///
/// and a change of any byte makes that fail. Nothing at all cannot be sealed. The recipient's key is RSA of at least 2048 bits, or EC.
public struct SealingStream: ~Copyable {
    private let message: OpaquePointer
    /// Takes plaintext, and hands the sealed bytes on to `output`.
    private let input: OpaquePointer
    private let output: OpaquePointer

    /// Begins an envelope.
    ///
    /// - Throws: `TrustFailure` where nothing can be sealed for the certificate's kind of key.
    public init(for recipient: Certificate) throws(TrustFailure) {
        try Self.demandStrongKey(of: recipient)
        let parts = try Self.chain(for: recipient)
        message = parts.message
        input = parts.input
        output = parts.output
    }

    deinit {
        // The chain ends in `output`; what stands before it is the envelope's own.
        BIO_free_all(input)
        CMS_ContentInfo_free(message)
    }

    /// Seals a piece; what comes out may lag behind what goes in.
    public mutating func update(_ bytes: [UInt8]) throws(TrustFailure) -> [UInt8] {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(1 << 20)
            let count = part.withUnsafeBytes {
                BIO_write(input, $0.baseAddress, Int32($0.count))
            }
            guard count > 0 else { throw TrustFailure("cannot seal") }
            rest = rest.dropFirst(Int(count))
        }
        return drain()
    }

    /// The last bytes, with what proves that none was changed.
    public consuming func finish() throws(TrustFailure) -> [UInt8] {
        let input = input
        try OpenSSL.require("cannot seal") { BIO_ctrl(input, BIO_CTRL_FLUSH, 0, nil) == 1 }
        return drain()
    }

    /// Seals a few bytes at once.
    public static func sealed(
        _ bytes: [UInt8],
        for recipient: Certificate
    ) throws(TrustFailure) -> [UInt8] {
        var stream = try SealingStream(for: recipient)
        let beginning = try stream.update(bytes)
        return beginning + (try stream.finish())
    }

    private func drain() -> [UInt8] {
        var sealed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = BIO_read(output, &buffer, Int32(buffer.count)), count > 0 {
            sealed += buffer[..<Int(count)]
        }
        return sealed
    }

    /// The envelope, and what turns plaintext into its bytes.
    private static func chain(
        for recipient: Certificate
    ) throws(TrustFailure) -> (message: OpaquePointer, input: OpaquePointer, output: OpaquePointer)
    {
        let message = try envelope(for: recipient)
        guard let output = BIO_new(BIO_s_mem()) else {
            CMS_ContentInfo_free(message)
            throw TrustFailure("cannot seal")
        }
        guard let input = BIO_new_CMS(output, message) else {
            BIO_free(output)
            CMS_ContentInfo_free(message)
            throw TrustFailure("cannot seal for this certificate's kind of key")
        }
        return (message, input, output)
    }

    private static func envelope(for recipient: Certificate) throws(TrustFailure) -> OpaquePointer {
        try OpenSSL.make("cannot seal for this certificate's kind of key") {
            guard let recipients = OPENSSL_sk_new_null() else { return nil }
            defer { OPENSSL_sk_free(recipients) }
            guard OPENSSL_sk_push(recipients, UnsafeRawPointer(recipient.pointer)) > 0 else {
                return nil
            }
            let flags = UInt32(CMS_BINARY | CMS_STREAM)
            return CMS_encrypt(recipients, nil, EVP_aes_256_gcm(), flags)
        }
    }

    private static func demandStrongKey(of recipient: Certificate) throws(TrustFailure) {
        guard let key = X509_get0_pubkey(recipient.pointer) else {
            throw TrustFailure("the certificate has no key that can be read")
        }
        let isEC = EVP_PKEY_is_a(key, "EC") == 1
        guard isEC || (EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= 2048) else {
            throw TrustFailure(
                "the certificate's key is neither RSA of at least 2048 bits nor EC (P-256, P-384)"
            )
        }
    }
}
