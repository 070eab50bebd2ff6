import Foundation
import Plan
import Testing
import Trust

@Suite struct CertificateRequestTests {
    @Test func `a request reads back`() throws {
        let made = try CertificateRequest.make(commonName: "web-1", key: try PrivateKey.generate())
        #expect(try CertificateRequest(pem: made.pem).pem == made.pem)
    }

    @Test func `a request signed with another key is refused`() throws {
        let scratch = try Scratch()
        let made = try CertificateRequest.make(commonName: "web-1", key: try PrivateKey.generate())
        let body = made.pem.split(separator: "\n").dropFirst().dropLast().joined()
        var der = try #require(Data(base64Encoded: body))
        // The common name stands in the signed part, and nothing else changes.
        let name = try #require(der.firstRange(of: Data("web-1".utf8)))
        der.replaceSubrange(name, with: Data("web-2".utf8))
        let tampered = """
            -----BEGIN CERTIFICATE REQUEST-----
            \(der.base64EncodedString(options: .lineLength64Characters))
            -----END CERTIFICATE REQUEST-----

            """
        let file = try scratch.file("request.pem", tampered)
        #expect(try scratch.openssl("req", "-in", file, "-noout", "-text").output.contains("web-2"))
        let failure = #expect(throws: TrustFailure.self) { try CertificateRequest(pem: tampered) }
        #expect(failure?.message.contains("not signed with its own key") == true)
    }

    @Test(arguments: [
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
        [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt",
            "ec_param_enc:explicit",
        ],
        ["-newkey", "rsa:2048"],
        ["-newkey", "ed25519"],
    ])
    func `other kinds of keys are refused`(_ options: [String]) throws {
        let scratch = try Scratch()
        let shown = try scratch.openssl(
            arguments: ["req", "-new", "-nodes", "-keyout", "key.pem", "-out", "request.pem"]
                + ["-subj", "/CN=web-1"] + options
        )
        #expect(shown.isContent, "\(shown.output)")
        let pem = try scratch.text("request.pem")
        #expect(throws: TrustFailure.self) { try CertificateRequest(pem: pem) }
        let key = Secret(try scratch.text("key.pem"))
        #expect(throws: TrustFailure.self) { try PrivateKey(pem: key) }
    }

    @Test func `an encrypted key is refused and nobody is asked for a passphrase`() throws {
        let scratch = try Scratch()
        try scratch.openssl(
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-aes256",
            "-pass",
            "pass:correct horse",
            "-out",
            "key.pem"
        )
        let key = Secret(try scratch.text("key.pem"))
        let failure = #expect(throws: TrustFailure.self) { try PrivateKey(pem: key) }
        #expect(failure?.message.hasPrefix("cannot read the private key") == true)
    }

    @Test func `a key reads back and says nothing of itself`() throws {
        let key = try PrivateKey.generate()
        let pem = try key.pem()
        #expect(try PrivateKey(pem: pem).pem() == pem)
        #expect(String(decoding: pem.reveal(), as: UTF8.self).contains("BEGIN PRIVATE KEY"))
        #expect("\(pem)" == "<redacted>")
    }

    @Test func `names that do not fit are refused`() throws {
        let key = try PrivateKey.generate()
        for name in ["", String(repeating: "x", count: 65)] {
            #expect(throws: TrustFailure.self) {
                try CertificateRequest.make(commonName: name, key: key)
            }
        }
    }

    @Test func `thousands of damaged texts are read without harm`() throws {
        var random = SeededGenerator(seed: 7)
        let key = try PrivateKey.generate()
        let authority = try CertificateAuthority.create(cluster: "prod", now: newYear)
        let request = try CertificateRequest.make(commonName: "web-1", key: key).pem
        let secret = String(decoding: try key.pem().reveal(), as: UTF8.self)
        for text in [request, authority.certificate.pem, secret, ""] {
            for _ in 0..<1500 {
                let damaged = random.damage(Array(text.utf8))
                let string = String(decoding: damaged, as: UTF8.self)
                _ = try? CertificateRequest(pem: string)
                _ = try? PrivateKey(pem: Secret(damaged))
                _ = (try? Certificate(pem: string))?.identity
            }
        }
    }
}
