import Foundation
import Plan
import Testing
import Trust

@Suite struct CertificateAuthorityTests {
    private let web = HostID("web-1")

    private func agent(_ cluster: String = "prod") throws -> SPIFFEIdentity {
        .agent(cluster: cluster, id: try #require(web))
    }

    private func request(_ name: String = "anyone") throws -> CertificateRequest {
        try CertificateRequest.make(commonName: name, key: try PrivateKey.generate())
    }

    @Test func `the openssl program verifies the chain and shows the SPIFFE ID`() throws {
        let scratch = try Scratch()
        let authority = try CertificateAuthority.create(cluster: "prod", now: clock)
        let certificate = try authority.issue(try request(), to: try agent(), now: clock)
        let ca = try scratch.file("ca.pem", authority.certificate.pem)
        let leaf = try scratch.file("cert.pem", certificate.pem)
        let verdict = try scratch.openssl("verify", "-x509_strict", "-CAfile", ca, leaf)
        #expect(verdict.isContent, "\(verdict.output)")
        let text = try scratch.openssl("x509", "-in", leaf, "-noout", "-text").output
        #expect(text.contains("URI:spiffe://prod/agent/web-1"))
        #expect(text.contains("Subject: CN = web-1"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("TLS Web Client Authentication"))
        #expect(!text.contains("TLS Web Server Authentication"))
        #expect(text.contains("id-ecPublicKey") && text.contains("prime256v1"))
        let root = try scratch.openssl("x509", "-in", ca, "-noout", "-text").output
        #expect(root.contains("CA:TRUE, pathlen:0"))
        #expect(root.contains("Certificate Sign, CRL Sign"))
        #expect(root.contains("O = prod, CN = Isthmus authority"))
    }

    @Test func `a coordinator's certificate serves under its addresses`() throws {
        let scratch = try Scratch()
        let authority = try CertificateAuthority.create(cluster: "prod", now: clock)
        let certificate = try authority.issue(
            try request(),
            to: .coordinator(cluster: "prod"),
            addresses: ["203.0.113.9", "2001:db8::9", "isthmus.example.org"],
            now: clock
        )
        let leaf = try scratch.file("cert.pem", certificate.pem)
        let ca = try scratch.file("ca.pem", authority.certificate.pem)
        for purpose in ["sslserver", "sslclient"] {
            let verdict = try scratch.openssl("verify", "-purpose", purpose, "-CAfile", ca, leaf)
            #expect(verdict.isContent, "\(verdict.output)")
        }
        #expect(
            try scratch.openssl(
                "verify",
                "-verify_ip",
                "2001:db8::9",
                "-verify_hostname",
                "isthmus.example.org",
                "-CAfile",
                ca,
                leaf
            ).isContent
        )
        #expect(certificate.identity == .coordinator(cluster: "prod"))
    }

    @Test func `the request's own names are ignored`() throws {
        let scratch = try Scratch()
        try scratch.openssl(
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "request.pem",
            "-subj",
            "/O=system:masters/CN=root",
            "-addext",
            "subjectAltName=URI:spiffe://prod/coordinator",
            "-addext",
            "basicConstraints=critical,CA:TRUE"
        )
        let authority = try CertificateAuthority.create(cluster: "prod", now: clock)
        let certificate = try authority.issue(
            try CertificateRequest(pem: try scratch.text("request.pem")),
            to: try agent(),
            now: clock
        )
        let leaf = try scratch.file("cert.pem", certificate.pem)
        let text = try scratch.openssl("x509", "-in", leaf, "-noout", "-text").output
        #expect(!text.contains("root") && !text.contains("masters") && !text.contains("CA:TRUE"))
        #expect(certificate.identity == (try agent()))
    }

    @Test func `times are those that were asked for`() throws {
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let minute: Int64 = 60_000
        let day: Int64 = 24 * 60 * minute
        #expect(authority.certificate.notBefore == newYear - 5 * minute)
        #expect(authority.certificate.notAfter == newYear + 3650 * day)
        let later = newYear + 100 * day
        let certificate = try authority.issue(try request(), to: try agent(), now: later)
        #expect(certificate.notBefore == later - 5 * minute)
        #expect(certificate.notAfter == later + 30 * day)
        let last = try authority.issue(
            try request(),
            to: try agent(),
            now: authority.certificate.notAfter - day
        )
        #expect(last.notAfter == authority.certificate.notAfter)
    }

    @Test func `numbers are random and at most 127 bits long`() throws {
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let request = try request()
        var seen: Set<String> = []
        for _ in 0..<50 {
            let serial = try authority.issue(request, to: try agent(), now: newYear).serial
            #expect(serial.count <= 32 && serial.allSatisfy(\.isHexDigit))
            #expect(serial.count < 32 || (serial.first?.hexDigitValue ?? 8) < 8)
            seen.insert(serial)
        }
        #expect(seen.count == 50)
    }

    @Test func `a certificate reads back as it was issued`() throws {
        let scratch = try Scratch()
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let made = try authority.issue(
            try request(),
            to: .operator(cluster: "prod", name: "ada"),
            now: newYear
        )
        let read = try Certificate(pem: made.pem + authority.certificate.pem)
        #expect(read.pem == made.pem && read.serial == made.serial)
        #expect(read.identity == .operator(cluster: "prod", name: "ada"))
        let leaf = try scratch.file("cert.pem", made.pem)
        let serial = try scratch.openssl("x509", "-in", leaf, "-noout", "-serial").output
        #expect(serial.lowercased().contains("serial=\(made.serial)"))
        try scratch.openssl("x509", "-in", leaf, "-noout", "-pubkey", "-out", "public.pem")
        try scratch.openssl(
            "pkey",
            "-pubin",
            "-in",
            "public.pem",
            "-outform",
            "DER",
            "-out",
            "public.der"
        )
        let sum = try scratch.openssl("dgst", "-sha256", "public.der").output
        #expect(sum.contains(made.publicKeySHA256))
        #expect(authority.certificate.identity == nil)
    }

    @Test(arguments: ["", "Prod", "prod/agent/x", "prod,URI:x", String(repeating: "a.", count: 40)])
    func `a cluster needs a name`(_ cluster: String) {
        #expect(throws: TrustFailure.self) {
            try CertificateAuthority.create(cluster: cluster, now: newYear)
        }
    }

    @Test func `who is not of the cluster or not well-formed gets nothing`() throws {
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let request = try request()
        let strangers: [SPIFFEIdentity] = [
            try agent("test"), .operator(cluster: "prod", name: "a/../../coordinator"),
            .operator(cluster: "prod", name: ""), .coordinator(cluster: "prod\u{0}"),
        ]
        for stranger in strangers {
            #expect(throws: TrustFailure.self) {
                try authority.issue(request, to: stranger, now: newYear)
            }
        }
        for address in ["1.2.3.400", "Example.org", "a,DNS:b", "", "10.0.0.0/8", "::g"] {
            #expect(throws: TrustFailure.self) {
                try authority.issue(
                    request,
                    to: .coordinator(cluster: "prod"),
                    addresses: [address],
                    now: newYear
                )
            }
        }
        for days in [0, -1, 826, .max] {
            #expect(throws: TrustFailure.self) {
                try authority.issue(
                    request,
                    to: .coordinator(cluster: "prod"),
                    validity: days,
                    now: newYear
                )
            }
        }
        #expect(throws: TrustFailure.self) {
            try authority.issue(request, to: .coordinator(cluster: "prod"), now: 0)
        }
    }

    @Test func `an authority with another's key issues nothing`() throws {
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let mixed = CertificateAuthority(
            certificate: authority.certificate,
            key: try PrivateKey.generate()
        )
        #expect(throws: TrustFailure.self) {
            try mixed.issue(try request(), to: try agent(), now: newYear)
        }
    }
}
