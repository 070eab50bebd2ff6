import Glibc
import Plan
import Testing
import Trust

@testable import GRPCTransport

/// An authority and the certificates it gives out, for one test.
struct Cluster {
    let name: String
    let authority: CertificateAuthority

    static let now = Int64(time(nil)) * 1000

    init(_ name: String = "demo") throws {
        self.name = name
        authority = try CertificateAuthority.create(cluster: name, now: Self.now - 100 * 86_400_000)
    }

    var authorities: String { authority.certificate.pem }
    var pin: String { authority.certificate.publicKeySHA256 }
    var coordinatorURI: String { SPIFFEIdentity.coordinator(cluster: name).uri }

    func certificate(
        _ identity: SPIFFEIdentity,
        now: Int64 = Self.now
    ) throws -> (identity: TLSIdentity, certificate: Certificate) {
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "any", key: key)
        let certificate = try authority.issue(
            request,
            to: identity,
            addresses: ["127.0.0.1", "localhost"],
            now: now
        )
        let pem = try key.pem()
        return (
            TLSIdentity(
                certificate: certificate.pem,
                key: pem.reveal(),
                authorities: authorities
            ),
            certificate
        )
    }

    func coordinator() throws -> TLSIdentity {
        try certificate(.coordinator(cluster: name)).identity
    }

    func agent(_ id: String = "kube-seoul") throws -> TLSIdentity {
        try certificate(.agent(cluster: name, id: #require(HostID(id)))).identity
    }

    /// What an agent's client is configured with.
    func client(port: Int, identity: TLSIdentity? = nil) throws -> ClientConfiguration {
        var configuration = ClientConfiguration(
            host: "127.0.0.1",
            port: port,
            trust: .authorities(pem: authorities, uri: coordinatorURI),
            identity: try identity ?? agent()
        )
        configuration.backoff = Backoff(first: .milliseconds(20), longest: .milliseconds(200))
        return configuration
    }

    /// What a client that enrols is configured with.
    func enrolling(port: Int, pin: String? = nil) -> ClientConfiguration {
        ClientConfiguration(
            host: "127.0.0.1",
            port: port,
            trust: .pinnedAuthority(publicKeySHA256: pin ?? self.pin),
            identity: nil
        )
    }

    func server() throws -> ServerConfiguration {
        try ServerConfiguration(host: "127.0.0.1", port: 0, identity: coordinator())
    }
}
