/// How long to wait before the next attempt to connect: anything from nothing up to a bound ("full
/// jitter"), so that many agents do not come back to a restarted coordinator in one moment.
///
/// The bound grows with the time for which the link has been missed, not with the number of attempts:
/// whoever knocked in vain a few times in the first second does not wait longer for it. So an outage of
/// a time t is over for every agent t or the spread after its end, whichever is longer.
package struct ReconnectDelay: Sendable, Equatable {
    /// Where the bound begins, in milliseconds.
    private(set) var spread: Int64
    /// The longest wait at all, in milliseconds.
    let cap: Int64
    private var lost: Int64?

    /// A session that lasted so many milliseconds was no accident.
    static let stable: Int64 = 30_000
    /// What a coordinator may ask for, in milliseconds.
    static let spreads: ClosedRange<Int64> = 100...10_000

    /// The spread holds until a coordinator asks for another.
    package init(spread: Int64 = 1000, cap: Int64 = 30_000) {
        self.spread = max(1, spread)
        self.cap = max(1, cap)
    }

    /// Milliseconds to wait at a moment, in milliseconds on a clock that only runs forward.
    package mutating func next(
        at now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        let lost = lost ?? now
        self.lost = lost
        return Int64.random(in: 0...min(cap, max(spread, now - lost)), using: &generator)
    }

    /// Begins anew after a session that lasted so many milliseconds, if it was stable. One that was
    /// cut off at once, as where two machines hold one node's certificate, changes nothing.
    package mutating func noteSession(lasting time: Int64) {
        if time >= Self.stable { lost = nil }
    }

    /// Takes what the coordinator asks for; it knows how many agents would come back with this one.
    mutating func take(spread asked: Int64) {
        guard asked > 0 else { return }
        spread = min(max(asked, Self.spreads.lowerBound), Self.spreads.upperBound)
    }
}
