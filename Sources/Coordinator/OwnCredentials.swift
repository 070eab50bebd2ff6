import Plan
import Trust

/// The certificates of the coordinator itself and of the operator on its machine.
struct OwnCredentials: Sendable {
    /// Where they stand.
    let state: StateDirectory
    /// What the coordinator is called.
    let configuration: CoordinatorConfiguration
    /// Who signs them, and whom they believe.
    let authorities: AuthoritySet

    /// Makes new keys and certificates for both.
    func issue(now: Int64) throws {
        try issueCoordinator(now: now)
        try issueOperator(now: now)
    }

    /// Makes new ones of those that have passed two thirds of their time, and of those that are not
    /// as the authorities of the moment demand; says whether the coordinator's own was among them.
    func renewWhereDue(now: Int64) throws -> Bool {
        if try isDue(state.operator, isServer: false, now: now) { try issueOperator(now: now) }
        guard try isDue(state.coordinator, isServer: true, now: now) else { return false }
        try issueCoordinator(now: now)
        return true
    }

    /// Beside the address it was given, the coordinator's certificate names this machine's own
    /// loopback, where its operator is.
    private func issueCoordinator(now: Int64) throws {
        var addresses = [configuration.address]
        for own in ["localhost", "127.0.0.1", "::1"] where !addresses.contains(own) {
            addresses.append(own)
        }
        try issue(
            .coordinator(cluster: configuration.cluster),
            addresses: addresses,
            between: try crossCertificate(),
            into: state.coordinator,
            now: now
        )
    }

    /// Makes a new key and certificate for the operator on this machine.
    func issueOperator(now: Int64) throws {
        try issue(
            .operator(cluster: configuration.cluster, name: Initialization.operatorName),
            into: state.operator,
            now: now
        )
    }

    private func isDue(_ directory: String, isServer: Bool, now: Int64) throws -> Bool {
        let credential = try Credential.load(from: directory)
        let chain = try Certificate.all(in: credential.certificate)
        guard let certificate = chain.first,
            certificate.isIssued(by: authorities.signer.certificate),
            credential.authorities == authorities.bundle,
            chain.count == (isServer && authorities.witness != nil ? 2 : 1)
        else { return true }
        let life = certificate.notAfter - certificate.notBefore
        return now >= certificate.notBefore + life / 3 * 2
    }

    /// What a server shows between its certificate and the authorities, for clients that believe only
    /// the authority that does not sign.
    private func crossCertificate() throws -> String {
        try authorities.witness?.crossSign(authorities.signer.certificate).pem ?? ""
    }

    private func issue(
        _ identity: SPIFFEIdentity,
        addresses: [String] = [],
        between: String = "",
        into directory: String,
        now: Int64
    ) throws {
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "isthmus", key: key)
        let certificate = try authorities.signer.issue(
            request,
            to: identity,
            addresses: addresses,
            now: now
        )
        try Credential(
            certificate: certificate.pem + between,
            key: try key.pem(),
            authorities: authorities.bundle
        ).store(in: directory)
    }
}
