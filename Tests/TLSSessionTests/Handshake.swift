import Glibc
import Plan
import TLSSession
import Testing
import Trust

/// Two sessions and the bytes between them.
struct Handshake {
    let client: TLSSession
    let server: TLSSession

    init(_ client: TLSContext, _ server: TLSContext) throws {
        self.client = try TLSSession(client)
        self.server = try TLSSession(server)
    }

    /// Carries bytes until neither end has anything to say. Returns what each end received.
    @discardableResult
    func settle() throws -> (client: [UInt8], server: [UInt8]) {
        var heard: (client: [UInt8], server: [UInt8]) = ([], [])
        while true {
            let forth = client.takeCiphertext()
            let back = server.takeCiphertext()
            if forth.isEmpty, back.isEmpty { return heard }
            try Self.feed(server, forth) { heard.server += $0 }
            try Self.feed(client, back) { heard.client += $0 }
        }
    }

    @discardableResult
    static func feed(
        _ session: TLSSession,
        _ bytes: [UInt8],
        _ heard: ([UInt8]) -> Void = { _ in }
    ) throws -> TLSSession.Reception {
        try bytes.withUnsafeBytes { bytes in
            try session.receive(bytes, established: {}) { heard(Array($0)) }
        }
    }
}

/// An authority, and contexts for both ends.
struct Town {
    let authority: CertificateAuthority
    let name: String

    private static let now = Int64(time(nil)) * 1000

    init(_ name: String = "demo") throws {
        self.name = name
        authority = try CertificateAuthority.create(cluster: name, now: Self.now)
    }

    var pem: String { authority.certificate.pem }

    func identity(_ identity: SPIFFEIdentity) throws -> (certificate: String, key: [UInt8]) {
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "any", key: key)
        let certificate = try authority.issue(request, to: identity, now: Self.now)
        let pem = try key.pem()
        return (certificate.pem, pem.reveal())
    }

    func server(
        _ admission: @escaping TLSContext.Admission = { $0 == "h2" ? .required : nil }
    ) throws -> TLSContext {
        let own = try identity(.coordinator(cluster: name))
        return try TLSContext.server(
            certificate: own.certificate,
            key: own.key,
            authorities: pem,
            admission: admission
        )
    }

    func client(
        _ proof: ServerProof? = nil,
        anonymous: Bool = false,
        protocol name: String = "h2"
    ) throws -> TLSContext {
        let id = try #require(HostID("kube-seoul"))
        let agent = SPIFFEIdentity.agent(cluster: self.name, id: id)
        return try TLSContext.client(
            identity: anonymous ? nil : identity(agent),
            proof: proof
                ?? .chain(
                    authorities: pem,
                    uri: SPIFFEIdentity.coordinator(cluster: self.name).uri
                ),
            applicationProtocol: name
        )
    }
}
