import Trust

/// The certificate authorities that a coordinator has at one moment.
enum AuthoritySet: Sendable {
    /// The usual case.
    case one(CertificateAuthority)
    /// While one takes the other's place.
    case two(
        outgoing: CertificateAuthority,
        incoming: CertificateAuthority,
        AuthorityRotation
    )

    /// The change that is under way.
    var rotation: AuthorityRotation? {
        switch self {
        case .one: nil
        case .two(_, _, let rotation): rotation
        }
    }

    /// Who issues certificates.
    var signer: CertificateAuthority {
        switch self {
        case .one(let authority): authority
        case .two(_, _, let rotation): authority(rotation.phase.signer)
        }
    }

    /// Whose certificates are believed, the outgoing authority first.
    var believed: [Certificate] {
        switch self {
        case .one(let authority): [authority.certificate]
        case .two(_, _, let rotation):
            rotation.phase.believed.map { authority($0).certificate }
        }
    }

    /// SHA-256 of their keys.
    var pins: [String] { believed.map(\.publicKeySHA256) }

    /// Them as PEM.
    var bundle: String { believed.map(\.pem).joined() }

    /// The one that is believed and does not sign: its word for the signer convinces those who do
    /// not know that yet.
    var witness: CertificateAuthority? {
        guard case .two(_, _, let rotation) = self, rotation.phase.survivor == nil else {
            return nil
        }
        return authority(rotation.phase.signer == .outgoing ? .incoming : .outgoing)
    }

    private func authority(_ side: AuthorityRotation.Side) -> CertificateAuthority {
        switch (self, side) {
        case (.one(let authority), _): authority
        case (.two(let outgoing, _, _), .outgoing): outgoing
        case (.two(_, let incoming, _), .incoming): incoming
        }
    }
}
