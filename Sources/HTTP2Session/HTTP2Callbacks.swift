internal import CNGHTTP2

/// The header block that is coming in; there is never more than one at a time.
struct IncomingBlock {
    var fields = HeaderFields()
    var bytes = 0
}

// nghttp2 calls C functions with a pointer to the session, which lives as long as nghttp2's own.
extension HTTP2Session {
    private static func of(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
        user.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    // Written once, before its first use, and never changed.
    nonisolated(unsafe) static let callbacks: OpaquePointer? = {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, user in
            guard let header else { return 0 }
            return of(user)?.began(header.pointee) ?? 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, _, user in
            of(user)?.beganBlock()
            return 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, user in
            of(user)?.headersSince = nil
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            frame,
            name,
            nameLength,
            value,
            valueLength,
            _,
            user in
            guard let session = of(user), let frame else { return 0 }
            return session.header(
                on: frame.pointee.hd.stream_id,
                UnsafeBufferPointer(start: name, count: nameLength),
                UnsafeBufferPointer(start: value, count: valueLength)
            )
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _,
            _,
            stream,
            bytes,
            count,
            user in
            of(user)?.data(UnsafeRawBufferPointer(start: bytes, count: count), on: stream)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            if let frame { of(user)?.received(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            if let frame { of(user)?.sent(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, user in
            if let frame { of(user)?.notSent(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            of(user)?.closed(stream, HTTP2ErrorCode(rawValue: code))
            return 0
        }
        return callbacks
    }()

    /// Where nghttp2 gets the body of any stream.
    static var provider: nghttp2_data_provider {
        var provider = nghttp2_data_provider()
        provider.read_callback = { _, stream, target, room, flags, _, user in
            guard let session = HTTP2Session.of(user), let target, let flags else {
                return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
            }
            let buffer = UnsafeMutableRawBufferPointer(start: target, count: room)
            return session.fill(buffer, for: stream, flags: &flags.pointee)
        }
        return provider
    }
}

// MARK: Receiving

extension HTTP2Session {
    private func began(_ header: nghttp2_frame_hd) -> Int32 {
        guard isCheap(header), !toll.pay(at: now) else { return 0 }
        // GOAWAY alone would wait for a peer that does not read, and go on reading from it.
        breach = HTTP2Failure(
            message: "the peer floods us with frames of type \(header.type)",
            code: .enhanceYourCalm
        )
        return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }

    private func beganBlock() {
        block = IncomingBlock()
        headersSince = now
    }

    private func isCheap(_ header: nghttp2_frame_hd) -> Bool {
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_DATA: header.length == 0 && !endsStream(header)
        case NGHTTP2_HEADERS, NGHTTP2_CONTINUATION, NGHTTP2_GOAWAY: false
        default: true
        }
    }

    private func endsStream(_ header: nghttp2_frame_hd) -> Bool {
        header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    }

    private func header(
        on stream: StreamID,
        _ name: UnsafeBufferPointer<UInt8>,
        _ value: UnsafeBufferPointer<UInt8>
    ) -> Int32 {
        let before = block.bytes
        block.bytes += HeaderFields.cost(name: name.count, value: value.count)
        if before <= settings.headerListBytes, block.bytes > settings.headerListBytes,
            !toll.pay(for: 50, at: now)
        {
            breach = HTTP2Failure(
                message: "the peer sends too many headers again and again",
                code: .enhanceYourCalm
            )
            return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        if block.bytes > 4 * settings.headerListBytes {
            // So much that reading on only to say no would be work for nothing.
            headersSince = nil
            reset(stream, .enhanceYourCalm)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        guard block.bytes <= settings.headerListBytes else { return 0 }
        block.fields.add(
            String(decoding: name, as: UTF8.self),
            String(decoding: value, as: UTF8.self)
        )
        return 0
    }

    private func data(_ bytes: UnsafeRawBufferPointer, on stream: StreamID) {
        consumedByConnection(bytes.count)
        events?.received(bytes, on: stream)
    }

    private func received(_ frame: nghttp2_frame) {
        let stream = frame.hd.stream_id
        let isAck = frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        switch nghttp2_frame_type(rawValue: UInt32(frame.hd.type)) {
        case NGHTTP2_HEADERS:
            receivedBlock(on: stream, endsStream: endsStream(frame.hd))
        case NGHTTP2_DATA:
            if endsStream(frame.hd) { events?.receivedEnd(of: stream) }
        case NGHTTP2_SETTINGS:
            guard !isAck, !peerIsReady else { return }
            peerIsReady = true
            events?.peerIsReady()
        case NGHTTP2_PING:
            if isAck { events?.receivedPong() }
        case NGHTTP2_GOAWAY:
            let debug = UnsafeBufferPointer(
                start: frame.goaway.opaque_data,
                count: min(frame.goaway.opaque_data_len, 256)
            )
            events?.receivedGoAway(
                HTTP2ErrorCode(rawValue: frame.goaway.error_code),
                String(decoding: debug, as: UTF8.self)
            )
        default:
            return
        }
    }

    private func receivedBlock(on stream: StreamID, endsStream: Bool) {
        let block = block
        self.block = IncomingBlock()
        headersSince = nil
        if block.bytes > settings.headerListBytes {
            events?.receivedTooManyHeaders(on: stream)
        } else {
            events?.received(block.fields, on: stream, endsStream: endsStream)
        }
    }

    private func closed(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        bodies[stream] = nil
        let neverSent = unsent.remove(stream) != nil
        events?.closed(stream, neverSent ? .refusedStream : code)
    }
}

// MARK: Sending

extension HTTP2Session {
    private func fill(
        _ target: UnsafeMutableRawBufferPointer,
        for stream: StreamID,
        flags: inout UInt32
    ) -> Int {
        guard var body = bodies[stream] else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        bodies[stream] = nil  // so that the chunks are not copied by the change
        let count = body.read(into: target)
        let isDone = body.isEmpty && body.isFinished
        body.isDeferred = count == 0 && !isDone
        if !isDone { bodies[stream] = body }
        if count > 0 { events?.sent(count, on: stream) }
        guard isDone else {
            return body.isDeferred ? Int(NGHTTP2_ERR_DEFERRED.rawValue) : count
        }
        flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if let trailers = body.trailers {
            flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            submit(trailers: trailers, on: stream)
        }
        return count
    }

    private func sent(_ frame: nghttp2_frame) {
        let type = nghttp2_frame_type(rawValue: UInt32(frame.hd.type))
        if type == NGHTTP2_DATA { toll.sentData() }
        guard role == .server, type == NGHTTP2_DATA || type == NGHTTP2_HEADERS,
            endsStream(frame.hd), !peerHasFinished(frame.hd.stream_id)
        else { return }
        // The answer is complete: the client may stop sending (RFC 9113 section 8.1).
        reset(frame.hd.stream_id, .noError)
    }

    private func notSent(_ frame: nghttp2_frame) {
        guard role == .client, frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
        unsent.insert(frame.hd.stream_id)
    }
}
