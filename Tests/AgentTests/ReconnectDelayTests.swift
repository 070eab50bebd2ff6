import Testing

@testable import Agent

@Suite struct ReconnectDelayTests {
    @Test func `the wait jitters from nothing up to the time that the link has been missed`() {
        var generator = SplitMix(state: 7)
        var delay = ReconnectDelay(spread: 1000, cap: 30_000)
        _ = delay.next(at: 5000, using: &generator)
        for (now, bound) in [(5000, 1000), (5900, 1000), (9000, 4000), (99_000, 30_000)] {
            var copy = delay
            let waits = (0..<2000).map { _ in copy.next(at: Int64(now), using: &generator) }
            #expect(waits.allSatisfy { (0...Int64(bound)).contains($0) })
            // Full jitter: every tenth of the range is drawn from.
            let tenths = Set(waits.map { $0 * 10 / Int64(bound + 1) })
            #expect(tenths.count == 10, "\(bound)")
        }
    }

    @Test func `only a session that lasted begins anew`() {
        var generator = SplitMix(state: 7)
        var delay = ReconnectDelay()
        _ = delay.next(at: 0, using: &generator)
        let worn = delay
        delay.noteSession(lasting: 29_999)
        #expect(delay == worn)
        delay.noteSession(lasting: 30_000)
        #expect(delay == ReconnectDelay())
    }

    @Test(
        arguments: [(0, 1000), (-1, 1000), (1, 100), (4000, 4000), (.max, 10_000)]
            as [(Int64, Int64)]
    )
    func `a coordinator may ask for another spread within bounds`(asked: Int64, spread: Int64) {
        var delay = ReconnectDelay(spread: 1000)
        delay.take(spread: asked)
        #expect(delay.spread == spread)
    }

    /// Every agent loses its link at the same moment; the coordinator listens again after `outage`
    /// milliseconds. Each tries until it finds it.
    @Test(arguments: [0, 500, 1500, 3000, 5000] as [Int64], [1, 2, 3] as [UInt64])
    func `a thousand agents are back within ten seconds and never all at once`(
        outage: Int64,
        seed: UInt64
    ) {
        var generator = SplitMix(state: seed)
        var arrivals: [Int64] = []
        var knocks: [Int64: Int] = [:]
        for _ in 0..<1000 {
            var delay = ReconnectDelay()
            delay.take(spread: 6000)
            var now: Int64 = 0
            repeat {
                now += delay.next(at: now, using: &generator)
                knocks[now / 1000, default: 0] += 1
            } while now < outage
            arrivals.append(now - outage)
        }
        #expect(arrivals.allSatisfy { $0 <= 10_000 })
        let histogram = Dictionary(grouping: arrivals) { $0 / 1000 }.mapValues(\.count)
        #expect(histogram.values.allSatisfy { $0 <= 500 }, "\(histogram)")
        #expect(knocks.values.allSatisfy { $0 <= 500 }, "\(knocks)")
    }
}

/// A sequence that is the same in every run: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
