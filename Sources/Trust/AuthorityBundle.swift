import COpenSSL

/// The authorities that a process believes: one, and two while a cluster changes from one to the
/// next.
public struct AuthorityBundle: Sendable, Equatable {
    /// How many there may be. More than two are never needed at once; a bundle comes over a wire.
    private static let most = 4

    /// One to four, no two with the same key.
    public let certificates: [Certificate]

    /// Joins certificates. Fails where there are none or too many, where one is no authority's own
    /// (self-signed, CA:TRUE), and where two have the same key.
    public init(_ certificates: [Certificate]) throws(TrustFailure) {
        guard (1...Self.most).contains(certificates.count) else {
            throw TrustFailure(
                "a bundle has 1 to \(Self.most) authorities, not \(certificates.count)"
            )
        }
        guard certificates.allSatisfy(\.isAuthority) else {
            throw TrustFailure("a certificate in the bundle is not an authority's own")
        }
        guard Set(certificates.map(\.publicKeySHA256)).count == certificates.count else {
            throw TrustFailure("an authority is in the bundle twice")
        }
        self.certificates = certificates
    }

    /// Reads every certificate of a PEM text.
    public init(pem: String) throws(TrustFailure) {
        try self.init(try Certificate.all(in: pem))
    }

    /// All of them as text.
    public var pem: String { certificates.map(\.pem).joined() }

    /// SHA-256 of each one's key, as `Certificate.publicKeySHA256`.
    public var pins: [String] { certificates.map(\.publicKeySHA256) }

    /// The pin of the one that issued the certificate; nothing where none of them did.
    public func issuer(of certificate: Certificate) -> String? {
        certificates.first { certificate.isIssued(by: $0) }?.publicKeySHA256
    }

    /// Whether all of them speak for the cluster.
    public func speaks(for cluster: String) -> Bool {
        certificates.allSatisfy { $0.uris == [CertificateAuthority.trustDomain(cluster)] }
    }

    /// Bundles are the same where they hold the same certificates in the same order.
    public static func == (one: AuthorityBundle, other: AuthorityBundle) -> Bool {
        one.pem == other.pem
    }
}

extension Certificate {
    /// Every certificate of a PEM text, in its order; at least one.
    public static func all(in pem: String) throws(TrustFailure) -> [Certificate] {
        let end = "-----END CERTIFICATE-----"
        var certificates: [Certificate] = []
        var rest = pem[...]
        while let mark = rest.firstRange(of: end) {
            certificates.append(try Certificate(pem: String(rest[..<mark.upperBound]) + "\n"))
            rest = rest[mark.upperBound...]
        }
        guard !certificates.isEmpty, rest.allSatisfy(\.isWhitespace) else {
            throw TrustFailure("the text does not consist of certificates")
        }
        return certificates
    }

    /// Whether the key of `authority` signed it, under the authority's name.
    public func isIssued(by authority: Certificate) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard X509_check_issued(authority.pointer, pointer) == X509_V_OK,
            let key = X509_get0_pubkey(authority.pointer)
        else { return false }
        return X509_verify(pointer, key) == 1
    }

    /// Whether it is an authority's word about itself: CA:TRUE, signed with its own key.
    var isAuthority: Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return X509_check_ca(pointer) == 1 && X509_self_signed(pointer, 1) == 1
    }
}
