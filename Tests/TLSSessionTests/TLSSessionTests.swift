import TLSSession
import Testing
import Trust

struct TLSSessionTests {
    private let town: Town

    init() throws {
        town = try Town()
    }

    @Test func `both ends agree, and know each other`() throws {
        let handshake = try Handshake(town.client(), town.server())
        try handshake.settle()
        #expect(handshake.client.isEstablished && handshake.server.isEstablished)
        #expect(handshake.server.applicationProtocol == "h2")
        #expect(handshake.client.applicationProtocol == "h2")
        #expect(handshake.server.peerCertificate?.uris == ["spiffe://demo/agent/kube-seoul"])
        #expect(handshake.client.peerCertificate?.uris == ["spiffe://demo/coordinator"])
    }

    @Test func `a client shows no authority, which the server knows`() throws {
        let handshake = try Handshake(town.client(), town.server())
        try Handshake.feed(handshake.server, handshake.client.takeCiphertext())
        try Handshake.feed(handshake.client, handshake.server.takeCiphertext())
        // Its certificate, two proofs, and what makes records of them. An authority's certificate is
        // as large as an agent's: two of them, in base64, are larger than its PEM and half as much.
        #expect(handshake.client.ciphertextCount < town.pem.utf8.count * 3 / 2)
        try handshake.settle()
        #expect(handshake.server.isEstablished)
    }

    @Test func `plaintext comes through in both directions, however it is cut`() throws {
        let handshake = try Handshake(town.client(), town.server())
        try handshake.settle()
        let sent = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try sent.withUnsafeBytes { try handshake.client.send($0) }
        var heard: [UInt8] = []
        let ciphertext = handshake.client.takeCiphertext()
        for start in stride(from: 0, to: ciphertext.count, by: 997) {
            let part = Array(ciphertext[start..<min(start + 997, ciphertext.count)])
            try Handshake.feed(handshake.server, part) { heard += $0 }
        }
        #expect(heard == sent)
        try sent.withUnsafeBytes { try handshake.server.send($0) }
        let answer = try handshake.settle()
        #expect(answer.client == sent)
    }

    @Test func `a proper end is told from a cut`() throws {
        let handshake = try Handshake(town.client(), town.server())
        try handshake.settle()
        handshake.client.close()
        let goodbye = handshake.client.takeCiphertext()
        #expect(!goodbye.isEmpty)
        #expect(try Handshake.feed(handshake.server, goodbye) == .ended)
    }

    @Test func `a client without a certificate is refused with an alert that says so`() throws {
        let handshake = try Handshake(town.client(anonymous: true), town.server())
        var refusal: TLSFailure?
        do {
            try handshake.settle()
        } catch let failure as TLSFailure {
            refusal = failure
        }
        #expect(refusal != nil)
        #expect(!handshake.server.isEstablished)
        let alert = handshake.server.takeCiphertext()
        let failure = #expect(throws: TLSFailure.self) {
            try Handshake.feed(handshake.client, alert)
        }
        #expect(failure?.kind == .refusedByPeer)
        #expect(failure?.message == "the peer refused us: it demands a client certificate")
    }

    @Test func `a protocol may ask for no certificate`() throws {
        let server = try town.server { $0 == "open" ? ClientCertificate.none : .required }
        let handshake = try Handshake(town.client(anonymous: true, protocol: "open"), server)
        try handshake.settle()
        #expect(handshake.server.isEstablished)
        #expect(handshake.server.applicationProtocol == "open")
        #expect(handshake.server.peerCertificate == nil)
    }

    @Test func `a protocol that is not admitted is refused`() throws {
        let handshake = try Handshake(town.client(protocol: "other"), town.server())
        #expect(throws: TLSFailure.self) { try handshake.settle() }
        let failure = #expect(throws: TLSFailure.self) {
            try Handshake.feed(handshake.client, handshake.server.takeCiphertext())
        }
        #expect(failure?.message.contains("does not offer the protocol") == true)
    }

    @Test func `a client refuses a server before it sends anything`() throws {
        let other = try Town("other")
        let wrong: [ServerProof] = [
            .chain(authorities: other.pem, uri: "spiffe://demo/coordinator"),
            .chain(authorities: town.pem, uri: "spiffe://demo/coordinato"),
            .pinnedAuthority(
                publicKeySHA256: other.authority.certificate.publicKeySHA256,
                uriPath: "/coordinator"
            ),
            .pinnedAuthority(
                publicKeySHA256: town.authority.certificate.publicKeySHA256,
                uriPath: "/agent"
            ),
        ]
        for proof in wrong {
            let handshake = try Handshake(town.client(proof), town.server())
            let failure = #expect(throws: TLSFailure.self) { try handshake.settle() }
            #expect(failure?.kind == .untrustedPeer)
            #expect(failure?.message.hasPrefix("certificate verify failed: ") == true)
            #expect(!handshake.client.isEstablished)
        }
    }

    @Test func `a pinned authority is enough`() throws {
        let pin = town.authority.certificate.publicKeySHA256.uppercased()
        let handshake = try Handshake(
            town.client(.pinnedAuthority(publicKeySHA256: pin, uriPath: "/coordinator")),
            town.server()
        )
        try handshake.settle()
        #expect(handshake.server.isEstablished)
    }

    @Test func `what is not TLS is refused`() throws {
        let server = try TLSSession(town.server())
        let failure = #expect(throws: TLSFailure.self) {
            try Handshake.feed(server, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        }
        #expect(failure?.kind == .brokenByPeer)
    }

    @Test func `any bytes leave the process alive`() throws {
        let context = try town.server()
        let hello = try TLSSession(town.client()).takeCiphertext()
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let server = try TLSSession(context)
            var bytes = hello
            for _ in 0..<3 {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[at] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? Handshake.feed(server, bytes)
            _ = server.takeCiphertext()
        }
    }

    @Test func `an identity that cannot be used says why`() throws {
        let (good, other) = (
            try town.identity(.coordinator(cluster: "demo")),
            try town.identity(.coordinator(cluster: "demo"))
        )
        func failure(_ certificate: String, _ key: [UInt8], _ authorities: String) -> String? {
            do {
                _ = try TLSContext.server(
                    certificate: certificate,
                    key: key,
                    authorities: authorities
                ) { _ in .required }
                return nil
            } catch {
                #expect(error.kind == .unusableIdentity)
                return error.message
            }
        }
        #expect(failure(good.certificate, good.key, town.pem) == nil)
        #expect(failure("", good.key, town.pem)?.contains("our certificate is not") == true)
        #expect(failure(good.certificate, [], town.pem)?.contains("private key") == true)
        #expect(failure(good.certificate, good.key, "x")?.contains("authorities") == true)
        #expect(failure(good.certificate, other.key, town.pem)?.contains("together") == true)
        #expect(
            failure(good.certificate, good.key, try Town("demo").pem)?
                .contains("none of the authorities") == true
        )
    }
}
