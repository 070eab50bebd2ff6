import COpenSSL
import Glibc
import Plan

extension CertificateAuthority {
    /// Whether a certificate can name the address: a literal IP address, or a DNS name in lower case.
    public static func canName(address: String) -> Bool {
        (try? SubjectName(address: address)) != nil
    }
}

/// One of a certificate's subject alternative names (RFC 5280, 4.2.1.6).
enum SubjectName: Equatable {
    case uri(String)
    case dns(String)
    /// 4 or 16 bytes.
    case address([UInt8])

    /// Tells a literal IP address from a DNS name. A name that ends in a number is neither: it is
    /// an address with a mistake in it.
    init(address text: String) throws(TrustFailure) {
        if let bytes = Self.literal(text, AF_INET, 4) ?? Self.literal(text, AF_INET6, 16) {
            self = .address(bytes)
            return
        }
        let last = text.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        guard RFC1123.isName(text), last.contains(where: { !$0.isNumber }) else {
            throw TrustFailure("“\(text)” is neither an IP address nor a DNS name in lower case")
        }
        self = .dns(text)
    }

    private static func literal(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// A GENERAL_NAME that the caller frees.
    func encoded() -> UnsafeMutablePointer<GENERAL_NAME>? {
        let (kind, bytes) =
            switch self {
            case .uri(let text): (GEN_URI, Array(text.utf8))
            case .dns(let text): (GEN_DNS, Array(text.utf8))
            case .address(let bytes): (GEN_IPADD, bytes)
            }
        let type = kind == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING
        guard let name = GENERAL_NAME_new(), let value = ASN1_STRING_type_new(type) else {
            return nil
        }
        GENERAL_NAME_set0_value(name, kind, value)
        guard ASN1_STRING_set(value, bytes, Int32(bytes.count)) == 1 else {
            GENERAL_NAME_free(name)
            return nil
        }
        return name
    }
}
