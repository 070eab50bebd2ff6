/// How long to wait before the next attempt to connect: exponential with full jitter, so that many
/// agents do not come back to a restarted coordinator in one moment.
struct ReconnectDelay: Sendable, Equatable {
    /// The longest first wait, in milliseconds.
    var base: Int64
    /// The longest wait at all, in milliseconds.
    var cap: Int64
    private var failures = 0

    /// The defaults reach the cap at the seventh failure in a row.
    init(base: Int64 = 500, cap: Int64 = 30_000) {
        self.base = max(1, base)
        self.cap = max(1, cap)
    }

    /// Milliseconds to wait now: anything from a tenth of the base up to base · 2^failures.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Int64 {
        let longest = min(cap, base << min(failures, 20))
        failures += 1
        return Int64.random(in: min(longest, base / 10)...longest, using: &generator)
    }

    /// Begins anew after a session that lasted. One that was cut off at once, as where two machines
    /// hold one node's certificate, changes nothing.
    mutating func noteSession(lasting time: Duration) {
        if time >= .seconds(30) { failures = 0 }
    }
}
