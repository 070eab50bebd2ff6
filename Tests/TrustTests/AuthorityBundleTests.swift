import Plan
import Testing
import Trust

@Suite struct AuthorityBundleTests {
    private let old: CertificateAuthority
    private let new: CertificateAuthority

    init() throws {
        old = try CertificateAuthority.create(cluster: "prod", now: clock - 1_000_000)
        new = try CertificateAuthority.create(cluster: "prod", now: clock)
    }

    private func leaf(of authority: CertificateAuthority) throws -> Certificate {
        let request = try CertificateRequest.make(commonName: "any", key: try .generate())
        return try authority.issue(request, to: .coordinator(cluster: "prod"), now: clock)
    }

    @Test func `a bundle is read back, and knows who issued what`() throws {
        let bundle = try AuthorityBundle([old.certificate, new.certificate])
        let again = try AuthorityBundle(pem: bundle.pem)
        #expect(again == bundle)
        #expect(again.pins == [old, new].map(\.certificate.publicKeySHA256))
        #expect(again.issuer(of: try leaf(of: old)) == again.pins[0])
        #expect(again.issuer(of: try leaf(of: new)) == again.pins[1])
        let stranger = try CertificateAuthority.create(cluster: "prod", now: clock)
        #expect(again.issuer(of: try leaf(of: stranger)) == nil)
        #expect(again.speaks(for: "prod"))
        #expect(!again.speaks(for: "other"))
    }

    @Test func `what is no bundle is refused`() throws {
        let leaf = try leaf(of: old)
        let cross = try old.crossSign(new.certificate)
        for pem in [
            "", "text", old.certificate.pem + "text", old.certificate.pem + leaf.pem, cross.pem,
            old.certificate.pem + old.certificate.pem,
            String(old.certificate.pem.dropLast(40)),
        ] {
            #expect(throws: TrustFailure.self) { try AuthorityBundle(pem: pem) }
        }
        let many = try (0..<5).map { _ in
            try CertificateAuthority.create(cluster: "prod", now: clock).certificate
        }
        #expect(throws: TrustFailure.self) { try AuthorityBundle(many) }
    }

    @Test func `whoever believes one authority believes what the cross-signed one issued`() throws {
        let scratch = try Scratch()
        let ca = try scratch.file("ca.pem", old.certificate.pem)
        let leaf = try scratch.file("leaf.pem", try leaf(of: new).pem)
        let cross = try scratch.file("cross.pem", try old.crossSign(new.certificate).pem)
        #expect(try !scratch.openssl("verify", "-CAfile", ca, leaf).isContent)
        let verdict = try scratch.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            ca,
            "-untrusted",
            cross,
            leaf
        )
        #expect(verdict.isContent, "\(verdict.output)")
    }

    @Test func `only an authority of the same cluster is cross-signed`() throws {
        let other = try CertificateAuthority.create(cluster: "other", now: clock)
        #expect(throws: TrustFailure.self) { try old.crossSign(other.certificate) }
        #expect(throws: TrustFailure.self) { try old.crossSign(try leaf(of: old)) }
    }
}
