internal import COpenSSL
internal import Glibc

/// What a verified peer certificate says.
public struct PeerCertificate: Equatable, Sendable {
    /// The subject alternative names of kind URI, in the certificate's order. Only printable ASCII
    /// ones: others have no place in an identity.
    public let uris: [String]
    /// The serial number as hexadecimal digits in lower case, two for each byte.
    public let serial: String
    /// The end of validity, in milliseconds since 1970.
    public let expires: Int64
    /// The authority at the end of its chain: SHA-256 of that one's SubjectPublicKeyInfo, in
    /// lower-case hexadecimal. Empty where the peer was verified by a pin.
    public let authority: String
}

extension PeerCertificate {
    /// - Parameters:
    ///   - certificate: The leaf.
    ///   - chain: The verified chain, the leaf first; nothing where there is none.
    init(_ certificate: OpaquePointer, chain: OpaquePointer?) {
        uris = Self.uris(of: certificate)
        serial = Self.serial(of: certificate)
        expires = Self.expiry(of: certificate)
        let last = OPENSSL_sk_num(chain) - 1
        authority =
            OPENSSL_sk_value(chain, last).flatMap {
                ServerProof.publicKeySHA256(of: OpaquePointer($0))
            } ?? ""
    }

    static func uris(of certificate: OpaquePointer) -> [String] {
        guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
            return []
        }
        let names = OpaquePointer(found)
        defer {
            OPENSSL_sk_pop_free(names) { name in
                GENERAL_NAME_free(name?.assumingMemoryBound(to: GENERAL_NAME.self))
            }
        }
        return (0..<max(OPENSSL_sk_num(names), 0)).compactMap { index in
            guard let name = OPENSSL_sk_value(names, index) else { return nil }
            return uri(name.assumingMemoryBound(to: GENERAL_NAME.self))
        }
    }

    private static func uri(_ name: UnsafePointer<GENERAL_NAME>) -> String? {
        guard name.pointee.type == GEN_URI, let value = name.pointee.d.ia5,
            let start = ASN1_STRING_get0_data(value)
        else { return nil }
        let bytes = UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(value)))
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func serial(of certificate: OpaquePointer) -> String {
        guard let number = X509_get0_serialNumber(certificate),
            let big = ASN1_INTEGER_to_BN(number, nil)
        else { return "" }
        defer { BN_free(big) }
        guard let digits = BN_bn2hex(big) else { return "" }
        defer { CRYPTO_free(digits, #file, #line) }
        return String(cString: digits).lowercased()
    }

    private static func expiry(of certificate: OpaquePointer) -> Int64 {
        var time = tm()
        guard let end = X509_get0_notAfter(certificate), ASN1_TIME_to_tm(end, &time) == 1 else {
            return 0
        }
        return Int64(timegm(&time)) * 1000
    }
}
