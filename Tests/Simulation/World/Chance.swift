/// All chance of one simulation: SplitMix64, so that a seed says everything.
struct Chance: Sendable, RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below the bound.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(max(1, bound)))
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool {
        below(times) == 0
    }

    /// Milliseconds within a range.
    mutating func time(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(below(Int(range.upperBound - range.lowerBound) + 1))
    }

    /// Mostly near the lower bound, seldom near the upper one: each power of two as often as the next.
    mutating func skewedTime(_ range: ClosedRange<Int64>) -> Int64 {
        let width = range.upperBound - range.lowerBound
        let bits = Int64.bitWidth - width.leadingZeroBitCount
        return range.lowerBound + time(0...min(width, 1 << Int64(below(bits + 1))))
    }
}
