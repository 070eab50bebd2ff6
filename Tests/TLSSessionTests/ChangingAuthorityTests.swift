import Glibc
import Plan
import TLSSession
import Testing
import Trust

/// A server whose cluster changes from one authority to another, and clients that know one of them.
struct ChangingAuthorityTests {
    enum Side: CaseIterable { case old, new }

    private let old: Town
    private let new: Town

    init() throws {
        old = try Town()
        new = try Town()
    }

    private func town(_ side: Side) -> Town { side == .old ? old : new }

    /// Shows a certificate of the signer, and what the other has to say of the signer.
    private func server(signedBy side: Side) throws -> TLSContext {
        let (signer, witness) = (town(side), town(side == .old ? .new : .old))
        let own = try signer.identity(.coordinator(cluster: "demo"))
        let cross = try witness.authority.crossSign(signer.authority.certificate)
        return try TLSContext.server(
            certificate: own.certificate + cross.pem,
            key: own.key,
            authorities: old.pem + new.pem
        ) { $0 == "h2" ? .required : nil }
    }

    @Test(arguments: Side.allCases, Side.allCases)
    func `a client knows the server by either authority`(signer: Side, known: Side) throws {
        let client = town(known)
        let handshake = try Handshake(client.client(), server(signedBy: signer))
        try handshake.settle()
        #expect(handshake.server.isEstablished)
        let pin = client.authority.certificate.publicKeySHA256
        #expect(handshake.server.peerCertificate?.authority == pin)
        #expect(handshake.client.peerCertificate?.authority == pin)
    }

    @Test(arguments: Side.allCases, Side.allCases)
    func `a client knows the server by the pin of either`(signer: Side, pinned: Side) throws {
        let pin = town(pinned).authority.certificate.publicKeySHA256
        let proof = ServerProof.pinnedAuthority(publicKeySHA256: pin, uriPath: "/coordinator")
        let handshake = try Handshake(town(pinned).client(proof), server(signedBy: signer))
        try handshake.settle()
        #expect(handshake.server.isEstablished)
    }

    @Test func `without the cross-signature the earlier authority vouches for nothing new`() throws
    {
        let own = try new.identity(.coordinator(cluster: "demo"))
        let server = try TLSContext.server(
            certificate: own.certificate,
            key: own.key,
            authorities: old.pem + new.pem
        ) { _ in .required }
        let failure = #expect(throws: TLSFailure.self) {
            try Handshake(old.client(), server).settle()
        }
        #expect(failure?.kind == .untrustedPeer)
    }

    @Test func `a client of the forgotten authority is refused`() throws {
        let handshake = try Handshake(
            old.client(.chain(authorities: new.pem, uri: "spiffe://demo/coordinator")),
            new.server()
        )
        #expect(throws: TLSFailure.self) { try handshake.settle() }
        #expect(!handshake.server.isEstablished)
    }
}
