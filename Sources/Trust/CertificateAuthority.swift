import Plan

/// The one who says in a cluster who is who: a key and its self-signed certificate.
public struct CertificateAuthority: Sendable {
    /// What everyone in the cluster trusts.
    public let certificate: Certificate
    /// Never leaves the coordinator.
    public let key: PrivateKey

    /// Joins what was stored. Whether the two belong together is asked at each issue.
    public init(certificate: Certificate, key: PrivateKey) {
        self.certificate = certificate
        self.key = key
    }

    /// Makes an authority for a cluster, good for ten years from five minutes before `now`
    /// (milliseconds since 1970). The cluster's name must be an RFC 1123 name of at most 64 bytes.
    public static func create(
        cluster: String,
        now: Int64
    ) throws(TrustFailure) -> CertificateAuthority {
        guard RFC1123.isName(cluster) else {
            throw TrustFailure("“\(cluster)” is no name for a cluster: it takes a-z, 0-9, “-”, “.”")
        }
        let key = try PrivateKey.generate()
        let draft = try CertificateDraft()
        let name = try DistinguishedName([("O", cluster), ("CN", "Isthmus authority")])
        try draft.setNames(subject: name)
        try draft.setKey(of: key)
        try draft.setTimes(from: now - Self.backdating, to: now + 3650 * Self.day)
        try draft.add(.basicConstraints, "critical,CA:TRUE,pathlen:0")
        try draft.add(.keyUsage, "critical,keyCertSign,cRLSign")
        try draft.add(.subjectKeyIdentifier, "hash")
        try draft.add([.uri(Self.trustDomain(cluster))])
        return CertificateAuthority(certificate: try draft.signed(by: key), key: key)
    }

    /// Issues a certificate for the request's key; everything else in it comes from the identity,
    /// and from `addresses`: the DNS names and literal IP addresses it is reached under.
    ///
    /// It begins five minutes before `now` (milliseconds since 1970), for clocks that are slow, and
    /// is good for 1 to 825 days, but no longer than the authority itself. Fails where one of these
    /// is not well-formed, and where the identity is of another cluster.
    public func issue(
        _ request: CertificateRequest,
        to identity: SPIFFEIdentity,
        addresses: [String] = [],
        validity days: Int = 30,
        now: Int64
    ) throws(TrustFailure) -> Certificate {
        try demand(identity, days: days, now: now)
        let draft = try CertificateDraft()
        let name = try DistinguishedName([("CN", identity.commonName)])
        try draft.setNames(subject: name, issuer: certificate)
        try draft.setKey(of: request)
        try draft.setTimes(
            from: max(now - Self.backdating, certificate.notBefore),
            to: min(now + Int64(days) * Self.day, certificate.notAfter)
        )
        try draft.add(.basicConstraints, "critical,CA:FALSE")
        try draft.add(.keyUsage, "critical,digitalSignature")
        try draft.add(.extendedKeyUsage, identity.extendedKeyUsage)
        try draft.add(.subjectKeyIdentifier, "hash")
        try draft.add(.authorityKeyIdentifier, "keyid:always", issuer: certificate)
        var names = [SubjectName.uri(identity.uri)]
        for address in addresses { names.append(try SubjectName(address: address)) }
        try draft.add(names)
        return try draft.signed(by: key)
    }

    /// A certificate for the key of another authority of the same cluster: whoever believes this one
    /// then believes what the other has issued (RFC 4210, section 4.4, "new with old").
    ///
    /// Both bear the same name, so the certificate counts as self-issued and is no step of a path:
    /// this authority's `pathlen:0` admits it (RFC 5280, section 6.1.4 (l)). It is good for as long
    /// as both authorities are. Fails where the other is not of this cluster.
    public func crossSign(_ other: Certificate) throws(TrustFailure) -> Certificate {
        guard other.isAuthority, other.uris == certificate.uris else {
            throw TrustFailure("only an authority of the same cluster can be cross-signed")
        }
        guard key.belongs(to: certificate) else {
            throw TrustFailure("the authority's key is not that of its certificate")
        }
        let draft = try CertificateDraft()
        try draft.setNames(subject: other, issuer: certificate)
        try draft.setKey(of: other)
        try draft.setTimes(
            from: max(certificate.notBefore, other.notBefore),
            to: min(certificate.notAfter, other.notAfter)
        )
        try draft.add(.basicConstraints, "critical,CA:TRUE,pathlen:0")
        try draft.add(.keyUsage, "critical,keyCertSign,cRLSign")
        try draft.add(.subjectKeyIdentifier, "hash")
        try draft.add(.authorityKeyIdentifier, "keyid:always", issuer: certificate)
        try draft.add(other.uris.map { .uri($0) })
        return try draft.signed(by: key)
    }

    private func demand(
        _ identity: SPIFFEIdentity,
        days: Int,
        now: Int64
    ) throws(TrustFailure) {
        guard SPIFFEIdentity(uri: identity.uri) == identity else {
            throw TrustFailure("“\(identity.uri)” is no well-formed SPIFFE ID")
        }
        guard certificate.uris == [Self.trustDomain(identity.cluster)] else {
            throw TrustFailure("the authority is not that of the cluster “\(identity.cluster)”")
        }
        guard (1...825).contains(days) else {
            throw TrustFailure("a certificate is good for 1 to 825 days, not \(days)")
        }
        guard (certificate.notBefore..<certificate.notAfter).contains(now) else {
            throw TrustFailure("the authority's own certificate is not valid at this time")
        }
        guard key.belongs(to: certificate) else {
            throw TrustFailure("the authority's key is not that of its certificate")
        }
    }

    static func trustDomain(_ cluster: String) -> String { "spiffe://\(cluster)" }

    private static let backdating: Int64 = 5 * 60 * 1000
    private static let day: Int64 = 24 * 60 * 60 * 1000
}

extension SPIFFEIdentity {
    /// The coordinator is a server, and a client when it looks at itself; all others only call.
    fileprivate var extendedKeyUsage: String {
        switch self {
        case .coordinator: "serverAuth,clientAuth"
        case .agent, .operator: "clientAuth"
        }
    }
}
