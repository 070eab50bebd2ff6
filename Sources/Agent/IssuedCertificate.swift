import Trust

/// What an answer's certificate must be before it takes the place of another.
enum IssuedCertificate {
    /// The certificate, if it is for the key and the identity and has not expired.
    static func check(
        _ pem: String,
        key: PrivateKey,
        identity: SPIFFEIdentity,
        now: Int64
    ) throws(AgentFailure) -> Certificate {
        let certificate: Certificate
        let isOurs: Bool
        do {
            certificate = try Certificate(pem: pem)
            isOurs = key.belongs(to: certificate)
        } catch {
            throw AgentFailure("the coordinator answered with an unreadable certificate: \(error)")
        }
        guard isOurs else {
            throw AgentFailure("the coordinator answered with a certificate for another key")
        }
        guard certificate.identity == identity else {
            let named = certificate.identity?.uri ?? "nobody"
            throw AgentFailure(
                "the coordinator answered with a certificate for \(OneLine.clip(named)),"
                    + " not for \(identity.uri)"
            )
        }
        guard certificate.notAfter > now else {
            throw AgentFailure(
                "the coordinator answered with a certificate that has expired",
                remedy: "Compare the clocks of this machine and the coordinator's."
            )
        }
        return certificate
    }
}
