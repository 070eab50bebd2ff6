/// The number of a stream within its connection; clients open odd ones.
public typealias StreamID = Int32

/// What happens on a connection, told during `receive` and `send`, in order.
///
/// The one who is told may call the session back at once, except for `receive` and `send`.
public protocol HTTP2Events: AnyObject {
    /// The peer's first SETTINGS came: it does speak HTTP/2.
    func peerIsReady()
    /// A header block came: a request, a response, an interim response, or trailers.
    func received(_ fields: HeaderFields, on stream: StreamID, endsStream: Bool)
    /// A header block came that is over the limit; its fields are lost.
    func receivedTooManyHeaders(on stream: StreamID)
    /// Part of a body came. The bytes are valid during the call. They take up the stream's window
    /// until `consumed(_:on:)` gives it back.
    func received(_ bytes: UnsafeRawBufferPointer, on stream: StreamID)
    /// The peer finished its direction of the stream, by DATA; header blocks say so themselves.
    func receivedEnd(of stream: StreamID)
    /// So many bytes of the stream's body left.
    func sent(_ count: Int, on stream: StreamID)
    /// The stream is over in both directions.
    func closed(_ stream: StreamID, _ code: HTTP2ErrorCode)
    /// The peer answered a PING of ours.
    func receivedPong()
    /// The peer will take no more streams on this connection.
    func receivedGoAway(_ code: HTTP2ErrorCode, _ words: String)
}
