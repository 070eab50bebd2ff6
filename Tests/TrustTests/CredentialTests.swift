import Foundation
import Plan
import Testing
import Trust

@Suite struct CredentialTests {
    private let scratch: Scratch
    private let authority: CertificateAuthority
    private var directory: String { "\(scratch.path)/state" }

    init() throws {
        scratch = try Scratch()
        authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
    }

    private func credential() throws -> Credential {
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            try CertificateRequest.make(commonName: "x", key: key),
            to: .coordinator(cluster: "prod"),
            now: newYear
        )
        return Credential(
            certificate: certificate.pem,
            key: try key.pem(),
            authorities: authority.certificate.pem
        )
    }

    @Test func `a credential is three files that only the key's owner can use`() throws {
        let credential = try credential()
        try credential.store(in: directory)
        #expect(try Credential.load(from: directory) == credential)
        #expect(try scratch.mode("state") == 0o700)
        #expect(try scratch.mode("state/key.pem") == 0o600)
        #expect(try scratch.mode("state/cert.pem") == 0o644)
        #expect(try scratch.mode("state/ca.pem") == 0o644)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names.sorted() == ["ca.pem", "cert.pem", "key.pem"])
    }

    @Test func `a crash between the files leaves a pair that fits`() throws {
        let old = try credential()
        let new = try credential()
        try old.store(in: directory)
        let next = try scratch.file("state/key.next.pem", text(new.key))
        #expect(try Credential.load(from: directory) == old)
        _ = try scratch.file("state/cert.pem", new.certificate)
        #expect(try Credential.load(from: directory) == new)
        let newest = try credential()
        try newest.store(in: directory)
        #expect(try Credential.load(from: directory) == newest)
        #expect(!FileManager.default.fileExists(atPath: next))
    }

    @Test func `what does not fit together is neither stored nor loaded`() throws {
        let old = try credential()
        try old.store(in: directory)
        var mixed = try credential()
        mixed.key = old.key
        #expect(throws: TrustFailure.self) { try mixed.store(in: directory) }
        #expect(try Credential.load(from: directory) == old)
        _ = try scratch.file("state/cert.pem", mixed.certificate)
        let failure = #expect(throws: TrustFailure.self) { try Credential.load(from: directory) }
        #expect(failure?.message.contains("key.pem is not the key of") == true)
        _ = try scratch.file("state/cert.pem", "garbage")
        #expect(throws: TrustFailure.self) { try Credential.load(from: directory) }
    }

    @Test func `a missing credential is said to be missing`() {
        let failure = #expect(throws: TrustFailure.self) { try Credential.load(from: directory) }
        #expect(
            failure?.message
                == "\(directory)/cert.pem is missing: there is no credential in \(directory) yet"
        )
    }

    private func text(_ secret: Secret) -> String {
        String(decoding: secret.reveal(), as: UTF8.self)
    }
}
