internal import CNGHTTP2

/// One HTTP/2 connection without a socket: the peer's bytes in, events out; requests, responses and
/// bodies in, bytes for the peer out.
///
/// It belongs to one thread at a time. Nothing leaves before `send` is called; call it after every
/// other call, and again when the socket takes more.
public final class HTTP2Session {
    /// Which end of the connection this is.
    public enum Role: Equatable, Sendable {
        /// The one that opens streams.
        case client
        /// The one that answers.
        case server
    }

    let role: Role
    let settings: HTTP2Settings
    var toll: FrameToll
    var bodies: [StreamID: OutgoingBody] = [:]
    var block = IncomingBlock()
    /// Requests that nghttp2 never sent, because the peer had said GOAWAY.
    var unsent: Set<StreamID> = []
    var peerIsReady = false
    var now: UInt64 = 0
    /// When a header block began whose end has not come, on the clock of `receive`.
    public internal(set) var headersSince: UInt64?
    /// Why the peer is not listened to any more.
    var breach: HTTP2Failure?
    /// Who is told; set during `receive` and `send`.
    var events: (any HTTP2Events)?
    private let session: OpaquePointer
    private let memory = SessionMemory()

    /// Begins a connection: the preface and our settings wait to be sent.
    ///
    /// - Parameters:
    ///   - role: Which end this is.
    ///   - settings: What the peer is allowed.
    /// - Throws: A failure if nghttp2 is out of memory.
    public init(_ role: Role, _ settings: HTTP2Settings) throws(HTTP2Failure) {
        self.role = role
        self.settings = settings
        toll = FrameToll(settings.cheapFrames)
        var made: OpaquePointer?
        let result = Self.make(role, memory, &made)
        guard result == 0, let made else { throw HTTP2Failure("HTTP/2", Int(result)) }
        session = made
        memory.seal()
        nghttp2_session_set_user_data(made, Unmanaged.passUnretained(self).toOpaque())
        submitSettings()
    }

    deinit {
        nghttp2_session_del(session)
    }

    private static func make(
        _ role: Role,
        _ memory: SessionMemory,
        _ session: inout OpaquePointer?
    ) -> Int32 {
        var option: OpaquePointer?
        guard nghttp2_option_new(&option) == 0 else { return NGHTTP2_ERR_NOMEM.rawValue }
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_option_set_max_outbound_ack(option, 100)
        // Our own toll counts resets and answers with a better code.
        nghttp2_option_set_stream_reset_rate_limit(option, 100_000, 10_000)
        var functions = memory.functions
        return switch role {
        case .client: nghttp2_session_client_new3(&session, callbacks, nil, option, &functions)
        case .server: nghttp2_session_server_new3(&session, callbacks, nil, option, &functions)
        }
    }

    private func submitSettings() {
        var entries = [
            Self.entry(
                NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                UInt32(clamping: settings.streamWindow)
            ),
            Self.entry(
                NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
                UInt32(clamping: settings.headerListBytes)
            ),
        ]
        switch role {
        case .client:
            entries.append(Self.entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        case .server:
            entries.append(
                Self.entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.concurrentStreams)
            )
            // The peer's priorities would cost memory and serve nobody here.
            entries.append(Self.entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        }
        nghttp2_submit_settings(session, flagNone, entries, entries.count)
        nghttp2_session_set_local_window_size(session, flagNone, 0, settings.connectionWindow)
    }

    private static func entry(
        _ id: nghttp2_settings_id,
        _ value: UInt32
    ) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
    }
}

private let flagNone = UInt8(NGHTTP2_FLAG_NONE.rawValue)

// MARK: Bytes

extension HTTP2Session {
    /// Takes in what the peer sent.
    ///
    /// - Parameters:
    ///   - bytes: Not kept.
    ///   - now: Nanoseconds of a clock that never goes back.
    ///   - events: Who is told what the bytes mean.
    /// - Throws: A failure if the peer does not speak HTTP/2 or breaks it beyond a GOAWAY.
    public func receive(
        _ bytes: UnsafeRawBufferPointer,
        at now: UInt64,
        telling events: any HTTP2Events
    ) throws(HTTP2Failure) {
        self.now = now
        self.events = events
        defer { self.events = nil }
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let used = nghttp2_session_mem_recv(session, start, bytes.count)
        if let breach { throw breach }
        guard used == bytes.count else {
            throw HTTP2Failure("the peer does not speak HTTP/2 properly", used)
        }
        // What we owe to a peer that does not read (resets, acknowledgements) must stay bounded too.
        guard nghttp2_session_get_outbound_queue_size(session) <= settings.queuedFrames else {
            throw HTTP2Failure(
                message: "the peer makes us answer and does not read",
                code: .enhanceYourCalm
            )
        }
    }

    /// Produces what the peer shall read, frame by frame.
    ///
    /// - Parameters:
    ///   - events: Who is told what left and what ended by it.
    ///   - frame: Takes one frame, valid during the call, and says whether there is room for more.
    /// - Throws: An `HTTP2Failure`, or what `frame` throws.
    public func send(
        telling events: any HTTP2Events,
        _ frame: (UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        self.events = events
        defer { self.events = nil }
        while true {
            var start: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &start)
            guard count >= 0 else { throw HTTP2Failure("HTTP/2 cannot send", count) }
            guard count > 0, let start else { return }
            guard try frame(UnsafeRawBufferPointer(start: start, count: count)) else { return }
        }
    }

    /// Whether `send` has something to do.
    public var wantsToSend: Bool { nghttp2_session_want_write(session) != 0 }

    /// Whether the connection has done all it can: close the socket.
    public var isOver: Bool {
        nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }
}

// MARK: Streams

extension HTTP2Session {
    /// Opens a stream with a request (clients only). It waits inside when the peer allows no more
    /// streams for now.
    ///
    /// - Parameters:
    ///   - fields: The header block, pseudo-headers first.
    ///   - endsStream: Whether there is no body.
    /// - Throws: A failure if the connection takes no more streams.
    /// - Returns: The stream's number.
    public func request(
        _ fields: HeaderFields,
        endsStream: Bool
    ) throws(HTTP2Failure) -> StreamID {
        let id = fields.withNameValues { pairs, count in
            withUnsafePointer(to: Self.provider) { provider in
                nghttp2_submit_request(
                    session,
                    nil,
                    pairs,
                    count,
                    endsStream ? nil : provider,
                    nil
                )
            }
        }
        guard id > 0 else { throw HTTP2Failure("the connection takes no more calls", Int(id)) }
        if !endsStream { bodies[id] = OutgoingBody() }
        return id
    }

    /// Answers a request (servers only), once per stream.
    ///
    /// - Parameters:
    ///   - stream: The request's.
    ///   - fields: The header block, `:status` first.
    ///   - endsStream: Whether nothing follows.
    public func respond(on stream: StreamID, _ fields: HeaderFields, endsStream: Bool) {
        if !endsStream { bodies[stream] = OutgoingBody() }
        // All streams get their turn, frame by frame (RFC 9218 section 4.2).
        var priority = nghttp2_extpri(urgency: 3, inc: 1)
        nghttp2_session_change_extpri_stream_priority(session, stream, &priority, 1)
        let result = fields.withNameValues { pairs, count in
            withUnsafePointer(to: Self.provider) { provider in
                nghttp2_submit_response(
                    session,
                    stream,
                    pairs,
                    count,
                    endsStream ? nil : provider
                )
            }
        }
        if result != 0 { reset(stream, .internalError) }
    }

    /// Appends to the body of a request or response that was submitted without `endsStream`.
    ///
    /// - Parameters:
    ///   - chunk: Any number of bytes. The session keeps them until the peer's window opens:
    ///     the caller bounds them by the `sent` events.
    ///   - stream: An open stream; chunks for others are dropped.
    public func append(_ chunk: [UInt8], on stream: StreamID) {
        bodies[stream]?.append(chunk)
        resume(stream)
    }

    /// Ends our direction of a stream after what was appended.
    ///
    /// - Parameters:
    ///   - stream: An open stream; others are ignored.
    ///   - trailers: A header block that follows the body.
    public func finish(_ stream: StreamID, trailers: HeaderFields? = nil) {
        bodies[stream]?.finish(trailers: trailers)
        resume(stream)
    }

    /// Ends our direction of a stream at once: what was appended and has not left is dropped, so that
    /// the trailers come through even when the peer does not read.
    ///
    /// - Parameters:
    ///   - stream: An open stream that was answered; others are ignored.
    ///   - trailers: The header block that ends it.
    public func cutOff(_ stream: StreamID, trailers: HeaderFields) {
        guard bodies.removeValue(forKey: stream) != nil else { return }
        submit(trailers: trailers, on: stream)
    }

    private func resume(_ stream: StreamID) {
        guard bodies[stream]?.isDeferred == true else { return }
        bodies[stream]?.isDeferred = false
        nghttp2_session_resume_data(session, stream)
    }

    /// Ends a stream in both directions at once; what waits on it is dropped.
    public func reset(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        nghttp2_submit_rst_stream(session, flagNone, stream, code.rawValue)
    }

    /// Gives a stream's window back to the peer, for bytes that were received and dealt with. The
    /// connection's window needs no such care.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - stream: The stream; a closed one is ignored.
    public func consumed(_ count: Int, on stream: StreamID) {
        nghttp2_session_consume_stream(session, stream, count)
    }

    /// Submits trailers. nghttp2 sends them before any body that waits, so this is called when it asks
    /// for the body's last part, or in place of the rest of the body.
    func submit(trailers: HeaderFields, on stream: StreamID) {
        _ = trailers.withNameValues { pairs, count in
            nghttp2_submit_trailer(session, stream, pairs, count)
        }
    }

    /// Frees the connection's window at once: only the streams' windows hold a peer back, so that
    /// one slow reader slows its own stream and no other.
    func consumedByConnection(_ count: Int) {
        nghttp2_session_consume_connection(session, count)
    }

    /// Whether the peer has finished its direction of the stream.
    func peerHasFinished(_ stream: StreamID) -> Bool {
        nghttp2_session_get_stream_remote_close(session, stream) != 0
    }
}

// MARK: The connection as a whole

extension HTTP2Session {
    /// Asks the peer for a sign of life, which comes as `receivedPong`.
    public func ping() {
        nghttp2_submit_ping(session, flagNone, nil)
    }

    /// Tells the peer that the end is near, while its streams under way still come through (the
    /// first stage; servers only).
    public func announceGoAway() {
        nghttp2_submit_shutdown_notice(session)
    }

    /// Takes no further streams; those that exist go on.
    public func goAway() {
        nghttp2_submit_goaway(
            session,
            flagNone,
            nghttp2_session_get_last_proc_stream_id(session),
            HTTP2ErrorCode.noError.rawValue,
            nil,
            0
        )
    }

    /// Ends the connection: the session is over as soon as this has been sent.
    public func terminate(_ code: HTTP2ErrorCode) {
        nghttp2_session_terminate_session(session, code.rawValue)
    }
}
