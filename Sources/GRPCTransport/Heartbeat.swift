internal import NIOCore

/// When to ask a silent peer for a sign of life, and when to give it up. Any received byte is one.
struct Heartbeat {
    /// What to do at a beat.
    enum Action: Equatable {
        /// Nothing, until then.
        case wait(until: NIODeadline)
        /// Send a PING, and look again then.
        case ping(until: NIODeadline)
        /// The peer is dead.
        case giveUp
    }

    private let interval: TimeAmount
    private let timeout: TimeAmount
    private var lastSign: NIODeadline
    private var askedAt: NIODeadline?

    init(_ keepalive: Keepalive, now: NIODeadline) {
        interval = TimeAmount(keepalive.interval)
        timeout = TimeAmount(keepalive.timeout)
        lastSign = now
    }

    mutating func sawSign(at now: NIODeadline) {
        lastSign = now
        askedAt = nil
    }

    mutating func beat(at now: NIODeadline) -> Action {
        if let askedAt {
            return now < askedAt + timeout ? .wait(until: askedAt + timeout) : .giveUp
        }
        guard now >= lastSign + interval else { return .wait(until: lastSign + interval) }
        askedAt = now
        return .ping(until: now + timeout)
    }
}
