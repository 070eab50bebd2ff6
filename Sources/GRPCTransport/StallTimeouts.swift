/// How long a server waits for a client that stopped in the middle of something. One that is merely
/// quiet, between two messages, is never hurried.
public struct StallTimeouts: Equatable, Sendable {
    /// From the begin of a header block to its end; over it the connection ends.
    public var headers = Duration.seconds(10)
    /// In which at least 1 KiB more of a message must come, or its end, while we are ready to read; over it
    /// the call ends with RESOURCE_EXHAUSTED.
    public var message = Duration.seconds(60)
    /// In which something must leave of what waits for the client; over it, by the shortest of these
    /// times at most, the call ends with UNAVAILABLE, so that who follows something goes on when it reads
    /// again. Where not even that leaves in as much time again, the connection ends.
    public var reading = Duration.seconds(300)

    /// 10, 60 and 300 seconds, unless changed.
    public init() {}
}
