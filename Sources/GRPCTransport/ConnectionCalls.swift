internal import GRPCCore
internal import HTTP2Session
internal import NIOCore

// The calls of a connection: what HTTP/2 tells goes to their streams, what tasks do goes to HTTP/2.
extension Connection: HTTP2Events {
    func peerIsReady() {
        guard phase == .greeting else { return }
        cancel(.greeting)
        phase = .open
        handle.promises.ready.succeed(())
    }

    func received(_ fields: HeaderFields, on stream: StreamID, endsStream: Bool) {
        side.received(fields, on: stream, endsStream: endsStream, at: self)
    }

    func receivedTooManyHeaders(on stream: StreamID) {
        side.receivedTooManyHeaders(on: stream, at: self)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on stream: StreamID) {
        guard let exchange = exchanges[stream], !exchange.isIgnored else { return }
        do throws(RPCError) {
            guard exchange.stream.keep(bytes.count) else { throw tooMuchUnread() }
            try take(bytes, of: exchange)
            if exchange.isMidMessage(after: bytes.count) { isMidMessage = true }
            if exchange.stream.earnsCredit(bytes.count) {
                http2?.consumed(bytes.count, on: stream)
            }
        } catch {
            side.failed(exchange, error, at: self)
        }
    }

    private func take(
        _ bytes: UnsafeRawBufferPointer,
        of exchange: Exchange
    ) throws(RPCError) {
        do throws(RPCError) {
            try exchange.deframer.take(bytes) { exchange.stream.deliver($0) }
        } catch {
            log("a call to \(exchange.stream.path): \(error.message)")
            throw error
        }
    }

    private func tooMuchUnread() -> RPCError {
        log("the peer sends more than is read")
        let message = "More than \(limits.unreadBytes) bytes of this client wait to be read."
        return RPCError(code: .resourceExhausted, message: message)
    }

    func receivedEnd(of stream: StreamID) {
        guard let exchange = exchanges[stream] else { return }
        side.receivedEnd(of: exchange, at: self)
    }

    func sent(_ count: Int, on stream: StreamID) {
        guard let exchange = exchanges[stream] else { return }
        exchange.hasSent = true
        exchange.stream.sent(count)
    }

    func closed(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        guard let exchange = exchanges.remove(stream) else { return }
        exchange.deadline?.cancel()
        let isLate = exchange.expiry.map { $0 <= .now } ?? false
        exchange.stream.close(
            code == .noError ? nil : StatusMapping.error(forReset: code, isLate: isLate)
        )
    }

    func receivedPong() {
        if timers[.secondGoAway] != nil { sayFinalGoAway() }
    }

    func receivedGoAway(_ code: HTTP2ErrorCode, _ words: String) {
        if code != .noError {
            log("the peer says GOAWAY (\(code)) \(words)")
        }
        drain()
    }
}

// What tasks ask for.
extension Connection {
    /// A task wrote on the stream, finished it, or has read enough of it.
    func serve(_ stream: CallStream) {
        let work = stream.takeWork()
        guard stream.closed == nil else { return }
        side.send(work, of: stream, at: self)
        if work.credit > 0, let exchange = exchanges[stream] {
            http2?.consumed(work.credit, on: exchange.id)
        }
        flushSoon()
    }

    func reset(_ stream: CallStream) {
        guard let exchange = exchanges[stream] else { return }
        http2?.reset(exchange.id, .cancel)
        flushSoon()
    }

    /// Ends the call of a stream that was closed on our side: a server's with a status for the client.
    func refuse(_ stream: CallStream, _ status: Status) {
        guard let exchange = exchanges[stream] else { return }
        switch side.role {
        case .server:
            if [.resourceExhausted, .internalError].contains(status.code) {
                log("a call to \(stream.path): \(status.message)")
            }
            cutOff(exchange, status)
        case .client: http2?.reset(exchange.id, .cancel)
        }
        flushSoon()
    }

    func handlerEnded(_ stream: CallStream) {
        side.handlerEnded(stream, at: self)
    }

    /// Sends the status of a call; before any message it goes alone.
    func answer(_ exchange: Exchange, _ status: Status, _ metadata: Metadata) {
        guard !exchange.hasFinished else { return }
        exchange.hasFinished = true
        if exchange.hasBegun {
            http2?.finish(exchange.id, trailers: CallHeaders.trailers(status, metadata))
        } else {
            http2?.respond(
                on: exchange.id,
                CallHeaders.trailersOnly(status, metadata),
                endsStream: true
            )
        }
    }

    /// Sends the status of a call that cannot go on, in place of what has not left.
    func cutOff(_ exchange: Exchange, _ status: Status) {
        exchange.ignoreRest()
        guard exchange.hasBegun else { return answer(exchange, status, [:]) }
        exchange.hasFinished = true
        http2?.cutOff(exchange.id, trailers: CallHeaders.trailers(status, [:]))
    }

    /// Appends a message to what we send on a call.
    func append(_ part: CallPart, to exchange: Exchange) {
        guard let payload = part.payload else { return }
        isSending = true
        var isCompressed = false
        if case .compressed = part { isCompressed = true }
        let prefix = MessageDeframer.prefix(
            forMessageOf: payload.count,
            isCompressed: isCompressed
        )
        http2?.append(prefix, on: exchange.id)
        http2?.append(payload, on: exchange.id)
    }
}
