/// What a node's latest probes say together about the way to it and its clock. Microseconds.
struct ClockEstimate: Sendable, Equatable {
    /// There and back, at best.
    let shortestRoundTrip: Int64
    /// There and back, as a rule.
    let medianRoundTrip: Int64
    /// What the node's clock is ahead of the coordinator's.
    let skew: Int64
    /// The true skew is at most so much away from it.
    let uncertainty: Int64
    /// How many probes this rests on.
    let probes: Int

    /// How far two clocks may drift apart, in millionths: twice what cheap crystals do.
    private static let drift: Int64 = 100

    /// Joins samples, oldest first; nothing where there is none.
    ///
    /// Every sample's interval holds the true skew, so that what they have in common does too, and
    /// is at most as wide as the best. An older sample that has nothing in common with the newer ones
    /// tells of a clock that was set since: it and those before it count no more.
    init?(_ samples: [ClockSample]) {
        guard let newest = samples.last else { return nil }
        let ways = samples.map(\.roundTrip).sorted()
        var range = newest.skew
        for sample in samples.dropLast().reversed() {
            let slack = max(0, newest.at - sample.at) / 1_000_000 * Self.drift
            let lower = max(range.lowerBound, sample.skew.lowerBound - slack)
            let upper = min(range.upperBound, sample.skew.upperBound + slack)
            guard lower <= upper else { break }
            range = lower...upper
        }
        let width = range.upperBound - range.lowerBound
        shortestRoundTrip = ways[0]
        medianRoundTrip = ways[ways.count / 2]
        skew = range.lowerBound + width / 2
        uncertainty = (width + 1) / 2
        probes = samples.count
    }
}
