internal import GRPCCore
internal import HTTP2Session
internal import NIOCore

// Peers that stop in the middle of a header block or of a message, and hold what has come of it.
extension Connection {
    /// Looks at what has half come, twice in the shorter of the times, as long as there is anything.
    func watchStalls() {
        guard let stalls = rules.stalls, timers[.stalls] == nil, hasHalfReceived else { return }
        let time = TimeAmount(min(stalls.headers, stalls.message))
        set(.stalls, in: .nanoseconds(time.nanoseconds / 2)) { $0.endStalls(stalls) }
    }

    private var hasHalfReceived: Bool { isMidMessage || http2?.headersSince != nil }

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
        for exchange in exchanges.all {
            guard let since = exchange.midMessageSince else { continue }
            if now >= since + TimeAmount(stalls.message), !exchange.stream.holdsPeerBack {
                log("a call to \(exchange.stream.path) stopped in the middle of a message")
                let message = "The request stopped in the middle of a message."
                side.failed(
                    exchange,
                    RPCError(code: .resourceExhausted, message: message),
                    at: self
                )
            } else {
                isMidMessage = true
            }
        }
        watchStalls()
        flushSoon()
    }
}
