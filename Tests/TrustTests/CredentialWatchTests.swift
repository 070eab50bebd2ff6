import Plan
import Testing
import Trust

@Suite struct CredentialWatchTests {
    private let scratch: Scratch
    private let authority: CertificateAuthority
    private let identity = SPIFFEIdentity.coordinator(cluster: "prod")
    private var directory: String { "\(scratch.path)/state" }

    init() throws {
        scratch = try Scratch()
        authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
    }

    @Test func `another credential is noticed once`() throws {
        let (old, new) = (try credential(), try credential())
        try old.store(in: directory)
        var watch = CredentialWatch(directory: directory, identity: identity)
        #expect(said(&watch, old) == "same")
        try new.store(in: directory)
        #expect(said(&watch, old) == "changed")
        #expect(said(&watch, new) == "same")
    }

    @Test func `a half that was written is waited on and then complained of once`() throws {
        let (old, new) = (try credential(), try credential())
        try old.store(in: directory)
        var watch = CredentialWatch(directory: directory, identity: identity)
        #expect(said(&watch, old) == "same")
        _ = try scratch.file("state/cert.pem", new.certificate)
        #expect(said(&watch, old) == "same")
        #expect(said(&watch, old).contains("key.pem is not the key of"))
        #expect(said(&watch, old) == "same")
        _ = try scratch.file("state/key.pem", String(decoding: new.key.reveal(), as: UTF8.self))
        #expect(said(&watch, old) == "changed")
    }

    @Test func `what is somebody else's, expired, or of another authority is not taken`() throws {
        let old = try credential()
        var foreign = try credential()
        foreign.authorities = try CertificateAuthority.create(cluster: "prod", now: newYear)
            .certificate.pem
        let other = try credential(.operator(cluster: "prod", name: "eve"))
        for (bad, now, words) in [
            (foreign, newYear, "unable to get local issuer"),
            (other, newYear, "is for spiffe://prod/operator/eve"),
            (try credential(), newYear + 31 * 86_400_000, "has expired"),
            (try credential(), newYear - 3_600_000, "not yet valid"),
        ] {
            try bad.store(in: directory)
            var watch = CredentialWatch(directory: directory, identity: identity)
            #expect(said(&watch, old, now: now) == "same")
            #expect(said(&watch, old, now: now).contains(words))
        }
    }

    @Test func `one of several authorities is enough`() throws {
        var credential = try credential()
        let other = try CertificateAuthority.create(cluster: "prod", now: newYear)
        credential.authorities = other.certificate.pem + credential.authorities
        _ = try credential.demand(identity, now: newYear)
    }

    private func said(
        _ watch: inout CredentialWatch,
        _ known: Credential,
        now: Int64 = newYear
    ) -> String {
        switch watch.look(known: known, now: now) {
        case .same: "same"
        case .changed: "changed"
        case .unusable(let reason): reason
        }
    }

    private func credential(_ identity: SPIFFEIdentity? = nil) throws -> Credential {
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            try CertificateRequest.make(commonName: "x", key: key),
            to: identity ?? self.identity,
            now: newYear
        )
        return Credential(
            certificate: certificate.pem,
            key: try key.pem(),
            authorities: authority.certificate.pem
        )
    }
}
