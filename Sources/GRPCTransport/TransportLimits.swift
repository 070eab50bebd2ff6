internal import HTTP2Session

/// What a peer may cost us. Every bound holds for one connection unless it says otherwise.
public struct TransportLimits: Equatable, Sendable {
    /// How large one received message may be, also after it was inflated; over it the call ends with
    /// RESOURCE_EXHAUSTED.
    public var messageBytes = 4 * 1024 * 1024
    /// How large the headers of one received request or response may be (each field counted with 32
    /// bytes more than it has); over it the call ends with RESOURCE_EXHAUSTED.
    public var headerBytes = 16 * 1024
    /// How many calls may be under way at once.
    public var concurrentCalls = 100
    /// How many bytes of one call may wait to be sent before its writer waits too.
    public var unsentBytesPerCall = 64 * 1024
    /// How many bytes of all calls together may wait to be sent before every writer waits. One
    /// message may go over it. On a server it holds for all connections of one certificate together.
    public var unsentBytes = 8 * 1024 * 1024
    /// How many received bytes of all calls together may wait for their readers or for the rest of their
    /// message; over it the call that gets more ends with RESOURCE_EXHAUSTED. It holds on servers, for
    /// all connections of one certificate together.
    ///
    /// A message that came compressed counts for what was inflated until its reader asks for the next.
    public var unreadBytes = 16 * 1024 * 1024
    /// How many bytes of one call may wait for its reader before the peer must wait.
    public var unreadBytesPerCall = 64 * 1024
    /// Whether messages may come compressed (gzip).
    public var acceptsGzip = true

    /// The defaults above, which suit servers.
    public init() {}

    /// What suits peers that have not shown a certificate: four calls, small messages.
    public static var enrollment: TransportLimits {
        var limits = TransportLimits()
        limits.messageBytes = 64 * 1024
        limits.concurrentCalls = 4
        limits.unsentBytes = 256 * 1024
        limits.unreadBytes = 512 * 1024
        limits.acceptsGzip = false
        return limits
    }

    /// What suits clients: the server has proved who it is, and what may be under way bounds how fast it
    /// can send: 1 MiB over a path with a round trip of 150 ms is 7 MB/s.
    public static var client: TransportLimits {
        var limits = TransportLimits()
        limits.unreadBytesPerCall = 1024 * 1024
        return limits
    }

    var http2: HTTP2Settings {
        var settings = HTTP2Settings()
        settings.concurrentStreams = UInt32(clamping: concurrentCalls)
        settings.headerListBytes = headerBytes
        settings.streamWindow = Int32(clamping: max(unreadBytesPerCall, 1024))
        return settings
    }
}

/// How a silent connection is told from a dead one.
public struct Keepalive: Equatable, Sendable {
    /// After so much silence the peer is asked for a sign of life (PING).
    public var interval: Duration
    /// After so much more silence the connection is given up.
    public var timeout: Duration

    /// 20 and 10 seconds, unless said otherwise.
    ///
    /// - Parameters:
    ///   - interval: Silence before the question.
    ///   - timeout: Silence after the question.
    public init(interval: Duration = .seconds(20), timeout: Duration = .seconds(10)) {
        self.interval = interval
        self.timeout = timeout
    }
}
