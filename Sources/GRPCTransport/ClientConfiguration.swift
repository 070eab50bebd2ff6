public import GRPCCore
internal import NIOCore
internal import NIOPosix
internal import TLSSession

/// Where a client connects, whom it expects there, and what it allows.
public struct ClientConfiguration: Sendable {
    /// What the server must prove before the client sends anything.
    public enum ServerTrust: Sendable {
        /// A chain to one of these authorities (PEM, one or more), and a certificate with this URI
        /// as a subject alternative name. The host's name does not matter: addresses change.
        case authorities(pem: String, uri: String)
        /// A chain that holds the authority whose SubjectPublicKeyInfo has this SHA-256 (hex), and a
        /// certificate which that authority issued for a SPIFFE identity with this path.
        case pinnedAuthority(publicKeySHA256: String, uriPath: String = "/coordinator")
    }

    /// The server's address or name.
    public var host: String
    /// The server's TCP port.
    public var port: Int
    /// What the server must prove.
    public var trust: ServerTrust
    /// Who the client is; without an identity it can only enrol (ALPN `isthmus-enroll`).
    public var identity: TLSIdentity?
    /// What the server is told of the client's program, in the form that gRPC asks for (gRPC over
    /// HTTP/2, "User-Agent"): visible ASCII.
    public var userAgent = "grpc-swift-isthmus"
    /// What the server may cost.
    public var limits = TransportLimits.client
    /// Timeouts, limits and retries of methods; none by default. As there is one server, it has
    /// nothing to say about balancing load.
    public var serviceConfig = ServiceConfig()
    /// How dead connections are noticed.
    public var keepalive = Keepalive()
    /// How long finding the address and connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the handshake and the server's first SETTINGS may take.
    public var handshakeTimeout = Duration.seconds(10)
    /// How long to wait before connecting again.
    public var backoff = Backoff()
    /// Who knows the addresses of names instead of getaddrinfo(3).
    var resolver: (@Sendable (any EventLoop) -> any Resolver & Sendable)?

    /// A client with the defaults above.
    ///
    /// - Parameters:
    ///   - host: The server's address or name.
    ///   - port: The server's TCP port.
    ///   - trust: What the server must prove.
    ///   - identity: Who the client is; nil to enrol.
    public init(host: String, port: Int, trust: ServerTrust, identity: TLSIdentity?) {
        self.host = host
        self.port = port
        self.trust = trust
        self.identity = identity
        if identity == nil { limits.acceptsGzip = false }
    }
}

extension ClientConfiguration {
    /// Where the server is.
    var endpoint: Endpoint { Endpoint(host: host, port: port) }

    /// How a call's messages are compressed. A server takes nothing compressed from those that enrol.
    func encoding(_ options: CallOptions) -> MessageEncoding {
        options.compression == .gzip && identity != nil ? .gzip : .identity
    }
}

extension ClientConfiguration.ServerTrust {
    var proof: ServerProof {
        switch self {
        case .authorities(let pem, let uri): .chain(authorities: pem, uri: uri)
        case .pinnedAuthority(let pin, let path):
            .pinnedAuthority(publicKeySHA256: pin, uriPath: path)
        }
    }
}
