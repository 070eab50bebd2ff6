/// A moment by the coordinator's two clocks, in microseconds.
struct ProbeTime: Sendable, Equatable {
    /// Since 1970.
    var wall: Int64
    /// On a clock that only runs forward.
    var monotonic: Int64
}

/// One answered clock probe: when it left, how long it was away, and what the node's clock said
/// meanwhile. All in microseconds.
///
/// Only the way there and back is known, not how it is shared between the two. What is certain: the
/// node received the probe after it left and answered before the answer came. That gives an interval
/// which holds the true skew, however uneven the ways are; its middle is NTP's offset and half its
/// width NTP's greatest error (RFC 5905, section 8).
struct ClockSample: Sendable, Equatable {
    /// There and back, without the stay at the node.
    let roundTrip: Int64
    /// The node's clock less the coordinator's is in here.
    let skew: ClosedRange<Int64>
    /// When the answer came, on the coordinator's clock that only runs forward.
    let at: Int64

    /// The years that a node's clock may show; any sum of such times fits.
    private static let plausible: ClosedRange<Int64> = 0...253_402_300_799_999_999
    /// Probes that were away for longer say nothing: ten minutes.
    private static let longest: Int64 = 600_000_000

    /// Nothing where the times cannot be true: the node's clock was set between the two readings, or
    /// the node says what it likes. A step of the coordinator's own clock does no harm, for how long
    /// the probe was away is measured on the other one.
    init?(asked: ProbeTime, answeredAt now: ProbeTime, received: Int64, answered: Int64) {
        let elapsed = now.monotonic - asked.monotonic
        guard Self.plausible.contains(received), Self.plausible.contains(answered),
            Self.plausible.contains(asked.wall), (0...Self.longest).contains(elapsed)
        else { return nil }
        let stay = answered - received
        guard (0...elapsed).contains(stay) else { return nil }
        roundTrip = elapsed - stay
        let latest = received - asked.wall
        skew = (latest - roundTrip)...latest
        at = now.monotonic
    }
}
