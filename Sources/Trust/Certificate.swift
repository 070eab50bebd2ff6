import COpenSSL
import Glibc

/// An X.509 certificate.
public final class Certificate: Sendable {
    private let object: OwnedObject
    /// The certificate as text.
    public let pem: String
    /// When it begins, in milliseconds since 1970.
    public let notBefore: Int64
    /// When it ends, in milliseconds since 1970.
    public let notAfter: Int64
    /// Its number, which its authority gives once: lower-case hexadecimal, two digits a byte.
    public let serial: String
    /// SHA-256 of its key as SubjectPublicKeyInfo in DER, in lower-case hexadecimal.
    public let publicKeySHA256: String

    /// Reads the first certificate of a PEM text; what follows it is not looked at.
    public convenience init(pem: String) throws(TrustFailure) {
        try self.init(
            OwnedObject(
                try OpenSSL.decode("cannot read the certificate", Array(pem.utf8)) {
                    PEM_read_bio_X509($0, nil, refusePassphrase, nil)
                },
                X509_free
            )
        )
    }

    init(_ object: OwnedObject) throws(TrustFailure) {
        self.object = object
        let pointer = object.pointer
        let pem = try OpenSSL.encode("cannot write the certificate") {
            PEM_write_bio_X509($0, pointer)
        }
        self.pem = String(decoding: pem, as: UTF8.self)
        notBefore = try Self.milliseconds(X509_get0_notBefore(pointer))
        notAfter = try Self.milliseconds(X509_get0_notAfter(pointer))
        serial = try Self.serial(of: pointer)
        publicKeySHA256 = try Self.publicKeySHA256(of: pointer)
    }

    var pointer: OpaquePointer { object.pointer }

    /// Whom it speaks for; nobody where it has not exactly one URI, as SPIFFE demands, or where
    /// that is not one of ours.
    public var identity: SPIFFEIdentity? {
        guard uris.count == 1, let uri = uris.first else { return nil }
        return SPIFFEIdentity(uri: uri)
    }

    /// The URIs of its subject alternative names, in their order.
    var uris: [String] {
        guard let names = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else {
            return []
        }
        let stack = OpaquePointer(names)
        defer { GENERAL_NAMES_free(stack) }
        return (0..<max(0, OPENSSL_sk_num(stack))).compactMap { position in
            var kind: Int32 = 0
            guard let name = OPENSSL_sk_value(stack, position),
                let value = GENERAL_NAME_get0_value(
                    name.assumingMemoryBound(to: GENERAL_NAME.self),
                    &kind
                ),
                kind == GEN_URI
            else { return nil }
            let text = value.assumingMemoryBound(to: ASN1_STRING.self)
            let bytes = UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(text),
                count: Int(ASN1_STRING_length(text))
            )
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func milliseconds(
        _ time: UnsafePointer<ASN1_TIME>?
    ) throws(TrustFailure) -> Int64 {
        var parts = tm()
        try OpenSSL.require("the certificate has an unreadable date") {
            ASN1_TIME_to_tm(time, &parts) == 1
        }
        return Int64(timegm(&parts)) * 1000
    }

    private static func serial(of pointer: OpaquePointer) throws(TrustFailure) -> String {
        try OpenSSL.make("the certificate has an unreadable number") {
            guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil) else {
                return nil
            }
            defer { BN_free(number) }
            guard let digits = BN_bn2hex(number) else { return nil }
            defer { CRYPTO_free(digits, #file, #line) }
            return String(cString: digits).lowercased()
        }
    }

    private static func publicKeySHA256(of pointer: OpaquePointer) throws(TrustFailure) -> String {
        try OpenSSL.make("the certificate has an unreadable key") {
            var encoded: UnsafeMutablePointer<UInt8>?
            let count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(pointer), &encoded)
            guard count > 0 else { return nil }
            defer { CRYPTO_free(encoded, #file, #line) }
            return SHA256.hex(UnsafeBufferPointer(start: encoded, count: Int(count)))
        }
    }
}
