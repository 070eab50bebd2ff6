public import GRPCCore

/// How a server listens, who it is, and what it allows.
public struct ServerConfiguration: Sendable {
    /// The address or name to listen on; nil for every address of the machine, IPv6 and IPv4.
    public var host: String?
    /// The TCP port; 0 lets the system choose (see `HTTP2ServerTransport.boundPort()`).
    public var port: Int
    /// Who the server is, and which authorities verify its clients.
    public var identity: TLSIdentity
    /// What a client with a certificate may cost.
    public var limits = TransportLimits()
    /// What a client that enrols may cost.
    public var enrollmentLimits = TransportLimits.enrollment
    /// How dead connections are noticed.
    public var keepalive = Keepalive()
    /// How long a new connection may take for the handshake and the first SETTINGS.
    public var handshakeTimeout = Duration.seconds(10)
    /// How long a client may stop in the middle of something.
    public var stallTimeouts = StallTimeouts()
    /// How long a connection that enrols may last.
    public var enrollmentTimeout = Duration.seconds(60)
    /// How long calls may go on after `beginGracefulShutdown()`.
    public var shutdownGrace = Duration.seconds(10)
    /// How many connections may be open at once that have shown who they are; further ones are closed.
    public var connections = 16_384
    /// How many more may be open at once that have not. When there are more, the address that has the
    /// most loses one, or the newcomer's own where that has as many: the oldest that has not even said
    /// a hello (TLS ClientHello), else the oldest.
    public var greetings = 1024
    /// How many connections the holders of one certificate may have open at once, by its first URI; further
    /// ones are closed.
    public var connectionsPerPeer = 32
    /// How many handlers may be at work for the holders of one certificate; further calls are refused with
    /// REFUSED_STREAM, so that they can be tried again.
    public var handlersPerPeer = 200
    /// How many connections may enrol at once; shared by address as `greetings` are.
    public var enrollments = 64
    /// Whether clients without a certificate may connect (ALPN `isthmus-enroll`) at this moment. It
    /// is called in the middle of handshakes and must not block.
    public var acceptsEnrollment: @Sendable () -> Bool = { false }
    /// Told of each connection once its peer has shown who it is. It must not block.
    public var greeted: @Sendable (ServerConnection) -> Void = { _ in }
    /// Which methods' handlers run on their connection's event loop instead of the global pool: those
    /// that never block and take microseconds between their awaits. One that holds a loop up for 100 ms
    /// runs on the pool from then on.
    public var isShort: @Sendable (MethodDescriptor) -> Bool = { _ in false }
    /// Takes one line for each connection that ended for a reason other than its peer's wish.
    public var log: @Sendable (String) -> Void = { _ in }

    /// A server with the defaults above.
    ///
    /// - Parameters:
    ///   - host: The address or name to listen on; nil for every address of the machine.
    ///   - port: The TCP port; 0 lets the system choose.
    ///   - identity: Who the server is.
    public init(host: String?, port: Int, identity: TLSIdentity) {
        self.host = host
        self.port = port
        self.identity = identity
    }
}

extension ServerConfiguration {
    /// Where it listens, in words.
    var place: String {
        host.map { Endpoint(host: $0, port: port).description } ?? "port \(port) of every address"
    }

    /// Lowers the bounds on connections to what the process may have open, so that its last
    /// descriptors are left to it: libdispatch ends a process that gets none for itself.
    ///
    /// - Parameter descriptors: How many there may be (RLIMIT_NOFILE); up to 256 of them, and at most
    ///   half, are left for files and event loops.
    public mutating func fit(descriptors: Int) {
        let free = max(descriptors - min(256, descriptors / 2), 2)
        greetings = min(greetings, free / 4 + 1)
        connections = min(connections, free - greetings)
    }
}
