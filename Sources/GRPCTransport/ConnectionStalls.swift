internal import GRPCCore
internal import HTTP2Session
internal import NIOCore

// Peers that stop in the middle of a header block or of a message, or do not read, and hold what has
// come of it.
extension Connection {
    /// Looks at what waits, twice in the shortest of the times, as long as there is anything.
    func watchStalls() {
        guard let stalls = rules.stalls, timers[.stalls] == nil, hasSomethingWaiting else { return }
        let time = TimeAmount(min(stalls.headers, stalls.message, stalls.reading))
        set(.stalls, in: .nanoseconds(time.nanoseconds / 2)) { $0.endStalls(stalls) }
    }

    /// All that could leave has left.
    func watchUnsent() {
        guard isSending, rules.stalls != nil, let account = side.account else { return }
        isSending = !account.unsent.isUnused
        if isSending { watchStalls() }
    }

    private var hasSomethingWaiting: Bool {
        isMidMessage || isSending || http2?.headersSince != nil
    }

    private func endStalls(_ stalls: StallTimeouts) {
        guard phase == .open || phase == .draining else { return }
        let now = NIODeadline.now()
        if let since = http2?.headersSince,
            now >= .uptimeNanoseconds(since) + TimeAmount(stalls.headers)
        {
            let words = "the peer stopped in the middle of a header block"
            return breakOff(HTTP2Failure(message: words, code: .enhanceYourCalm))
        }
        isMidMessage = false
        isSending = false
        for exchange in exchanges.all {
            endHalfMessage(of: exchange, stalls, at: now)
            guard endUnread(exchange, stalls, at: now) else { return }
        }
        watchStalls()
        flushSoon()
    }

    private func endHalfMessage(
        of exchange: Exchange,
        _ stalls: StallTimeouts,
        at now: NIODeadline
    ) {
        guard let since = exchange.midMessageSince else { return }
        guard now >= since + TimeAmount(stalls.message), !exchange.stream.holdsPeerBack else {
            isMidMessage = true
            return
        }
        log("a call to \(exchange.stream.path) stopped in the middle of a message")
        let message = "The request stopped in the middle of a message."
        side.failed(exchange, RPCError(code: .resourceExhausted, message: message), at: self)
    }

    /// Ends a call of which nothing leaves any more. False where that is no use and the connection ended.
    private func endUnread(
        _ exchange: Exchange,
        _ stalls: StallTimeouts,
        at now: NIODeadline
    ) -> Bool {
        let since = exchange.lastLeft(at: now)
        guard let since, now >= since + TimeAmount(stalls.reading) else {
            isSending = isSending || exchange.isIgnored || exchange.stream.unsent > 0
            return true
        }
        guard !exchange.isIgnored else {
            let words = "the peer reads nothing"
            breakOff(HTTP2Failure(message: words, code: .enhanceYourCalm))
            return false
        }
        log("nobody reads the answer to a call to \(exchange.stream.path)")
        let message = "The client has read nothing of the answer for \(stalls.reading)."
        side.failed(exchange, RPCError(code: .unavailable, message: message), at: self)
        isSending = true
        return true
    }
}
