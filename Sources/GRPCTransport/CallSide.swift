internal import GRPCCore
internal import HTTP2Session
internal import TLSSession

/// What differs between a connection's two ends. All of it happens on the connection's loop.
protocol CallSide: AnyObject {
    var role: HTTP2Session.Role { get }

    /// The handshake is done. Says what the peer may cost, or why it is not served.
    func established(_ session: TLSSession) throws(RPCError) -> TransportLimits

    /// HTTP/2 begins on an established connection. Throws if there is no place for it.
    func admit(_ connection: Connection) throws(HTTP2Failure)

    /// Who the peer has proved to be, for the log; nil as long as nobody knows.
    var peerName: String? { get }

    /// Who pays for what waits to be sent to the peer, where somebody counts that.
    var account: PeerAccount? { get }

    /// The longest that the connection may last; nil if there is no bound.
    var lifetime: Duration? { get }

    /// A header block came.
    func received(
        _ fields: HeaderFields,
        on id: StreamID,
        endsStream: Bool,
        at connection: Connection
    )

    /// A header block over the limit came.
    func receivedTooManyHeaders(on id: StreamID, at connection: Connection)

    /// The peer's last DATA came.
    func receivedEnd(of exchange: Exchange, at connection: Connection)

    /// The peer broke the rules of a call.
    func failed(_ exchange: Exchange, _ error: RPCError, at connection: Connection)

    /// A task has written on a stream or finished it.
    func send(_ work: CallStream.Work, of stream: CallStream, at connection: Connection)

    /// A handler has ended.
    func handlerEnded(_ stream: CallStream, at connection: Connection)
}

extension CallSide {
    var peerName: String? { nil }
    var account: PeerAccount? { nil }

    func admit(_ connection: Connection) {}
}
