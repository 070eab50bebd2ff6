import Agent
import Daemon
import Glibc
import Plan
import Trust

/// Makes agents known to a coordinator without thousands of enrolments: their certificates come from its
/// own authority, and a file says what its store must know of them.
struct Membership {
    /// The cluster's name.
    let cluster: String
    /// The coordinator's port on 127.0.0.1.
    let port: UInt16
    /// The folder with the certificate and key of its authority.
    let authority: String

    /// Makes certificates and states, and writes `nodes`: on each line a node's id, its certificate's
    /// serial number and its end.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - folder: Where the states go, a folder for each.
    /// - Throws: What keeps a key, a certificate or the file from being made.
    /// - Returns: The agents, in the order of their numbers.
    func admit(_ count: Int, into folder: String) throws -> [Member] {
        let credential = try Credential.load(from: authority)
        let authority = CertificateAuthority(
            certificate: try Certificate(pem: credential.certificate),
            key: try PrivateKey(pem: credential.key)
        )
        let admitted = try (0..<count).map { number in
            try admit("agent-\(number)", by: authority, into: folder)
        }
        let lines = admitted.map {
            "\($0.id) \($0.certificate.serial) \($0.certificate.notAfter)\n"
        }
        try AtomicFile.write("\(folder)/nodes", Array(lines.joined().utf8), mode: 0o600)
        return admitted.enumerated().map { Member(number: $0, state: $1.state) }
    }

    private func admit(
        _ name: String,
        by authority: CertificateAuthority,
        into folder: String
    ) throws -> (id: HostID, certificate: Certificate, state: AgentState) {
        guard let id = HostID(name) else { throw FleetFailure.noName(name) }
        let key = try PrivateKey.generate()
        let identity = SPIFFEIdentity.agent(cluster: cluster, id: id)
        let certificate = try authority.issue(
            try CertificateRequest.make(commonName: identity.uri, key: key),
            to: identity,
            now: WallClock.now()
        )
        let state = AgentState(
            directory: "\(folder)/\(name)",
            settings: AgentSettings(cluster: cluster, node: id, host: "127.0.0.1", port: port),
            credential: Credential(
                certificate: certificate.pem,
                key: try key.pem(),
                authorities: authority.certificate.pem
            )
        )
        try state.store()
        return (id, certificate, state)
    }
}

/// Why there is no fleet.
enum FleetFailure: Error {
    /// A node cannot be called this.
    case noName(String)
}
