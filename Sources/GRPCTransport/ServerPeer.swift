public import GRPCCore
internal import TLSSession

/// What a client speaks on the one port (ALPN).
public enum ApplicationProtocol: String, Equatable, Sendable {
    /// gRPC; the client has shown a certificate.
    case h2
    /// gRPC without a certificate, for enrolment alone.
    case enrollment = "isthmus-enroll"
}

/// Who makes a call, as `context.transportSpecific` tells every handler of the server.
public struct ServerPeer: ServerContext.TransportSpecific, Equatable {
    /// The URIs of the verified client certificate; none on a connection that enrols.
    public let uris: [String]
    /// What the client speaks. Only enrolment may be served on `.enrollment`.
    public let application: ApplicationProtocol
    /// The end of the certificate's validity, in milliseconds since 1970; 0 without one.
    public let certificateExpires: Int64
    /// The certificate's serial number in lower-case hexadecimal; empty without one.
    public let serial: String
    /// The authority that verified the certificate: SHA-256 of its SubjectPublicKeyInfo in lower-case
    /// hexadecimal; empty without one.
    public let authority: String
}

extension ServerPeer {
    /// What a session that is established says of its peer; nil if that is not enough to go on.
    init?(_ session: TLSSession) {
        guard let name = session.applicationProtocol,
            let application = ApplicationProtocol(rawValue: name)
        else { return nil }
        let certificate = session.peerCertificate
        guard certificate != nil || application == .enrollment else { return nil }
        self.application = application
        uris = certificate?.uris ?? []
        certificateExpires = certificate?.expires ?? 0
        serial = certificate?.serial ?? ""
        authority = certificate?.authority ?? ""
    }
}
