/// What one side of a connection allows the other.
public struct HTTP2Settings: Equatable, Sendable {
    /// How many streams the client may have open at once.
    public var concurrentStreams: UInt32 = 100
    /// How large a header list may be, each field counted with 32 bytes more than it has.
    public var headerListBytes = 16 * 1024
    /// How many bytes of a stream may be under way or unread.
    public var streamWindow: Int32 = 64 * 1024
    /// How many bytes of all streams together may be under way.
    public var connectionWindow: Int32 = 1024 * 1024
    /// How many frames that cost the sender next to nothing are taken on trust.
    public var cheapFrames = FrameAllowance()

    /// How many frames may wait to be sent before a peer that makes us queue more is cut off.
    public var queuedFrames = 10_000

    /// The defaults above.
    public init() {}
}

/// How many cheap frames (see `FrameToll`) a peer may send.
public struct FrameAllowance: Equatable, Sendable {
    /// How many at once.
    public var burst = 1000
    /// How many more each second.
    public var perSecond = 100

    /// The defaults above.
    public init() {}
}
