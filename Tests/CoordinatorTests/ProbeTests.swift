import Testing

@testable import Coordinator

/// Clock probes over simulated ways and clocks. Times in microseconds.
struct ProbeTests {
    /// A way with a delay of its own in each direction, and a node whose clock is off.
    struct World {
        var skew: Int64
        var there: Int64
        var back: Int64
        /// What the node does before it answers.
        var stay: Int64 = 50
        /// The coordinator's clocks; both run alike.
        var now: Int64 = 1_700_000_000_000_000

        var time: ProbeTime { ProbeTime(wall: now, monotonic: now - 1_600_000_000_000_000) }

        /// Lets one question and its answer pass.
        mutating func ask(_ probes: inout SessionProbes) -> ClockEstimate? {
            guard let number = probes.question(at: time) else { return nil }
            let received = now + there + skew
            now += there + stay + back
            return probes.answer(
                number,
                received: received,
                answered: received + stay,
                at: time
            )
        }
    }

    @Test func `even ways tell the skew exactly`() throws {
        var world = World(skew: 3_200_000, there: 75_000, back: 75_000)
        var probes = SessionProbes()
        let estimateAnswer = world.ask(&probes)
        let estimate = try #require(estimateAnswer)
        #expect(estimate.skew == 3_200_000)
        #expect(estimate.uncertainty == 75_000)
        #expect(estimate.shortestRoundTrip == 150_000)
        #expect(estimate.medianRoundTrip == 150_000)
    }

    @Test(arguments: [0, 12_345, -12_345, 90_000_000, -4_000_000_000_000] as [Int64])
    func `however uneven the ways, the true skew is within what is promised`(skew: Int64) throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix(state: seed)
            var world = World(skew: skew, there: 0, back: 0)
            var probes = SessionProbes()
            for _ in 0..<12 {
                world.there = Int64.random(in: 100...400_000, using: &random)
                world.back = Int64.random(in: 100...400_000, using: &random)
                let estimateAnswer = world.ask(&probes)
                let estimate = try #require(estimateAnswer)
                let error = (estimate.skew - skew).magnitude
                #expect(error <= estimate.uncertainty.magnitude, "seed \(seed)")
                // The best of those remembered counts; the slack is what clocks drift meanwhile.
                let best = (estimate.shortestRoundTrip + 1) / 2
                #expect(estimate.uncertainty <= best + 24_000, "seed \(seed)")
                world.now += SessionProbes.interval
            }
        }
    }

    @Test func `the best of a few counts, and a queue on the way does little harm`() throws {
        var world = World(skew: -500_000, there: 40_000, back: 40_000)
        var probes = SessionProbes()
        _ = world.ask(&probes)
        world.there = 900_000
        let delayedAnswer = world.ask(&probes)
        let delayed = try #require(delayedAnswer)
        #expect((delayed.skew + 500_000).magnitude < 1_000)
        #expect(delayed.uncertainty <= 41_000)
    }

    @Test func `a clock that was set is believed at the next answer`() throws {
        var world = World(skew: 25_000_000, there: 10_000, back: 12_000)
        var probes = SessionProbes()
        for _ in 0..<4 { _ = world.ask(&probes) }
        world.skew = 3_000
        world.now += SessionProbes.interval
        let estimateAnswer = world.ask(&probes)
        let estimate = try #require(estimateAnswer)
        #expect((estimate.skew - 3_000).magnitude <= estimate.uncertainty.magnitude)
        #expect(estimate.uncertainty <= 11_000)
    }

    @Test func `a step of the coordinator's own clock spoils no sample`() throws {
        let asked = ProbeTime(wall: 1_700_000_000_000_000, monotonic: 5_000_000)
        // Its wall clock went back an hour meanwhile.
        let now = ProbeTime(wall: 1_700_000_000_000_000 - 3_600_000_000, monotonic: 5_020_000)
        let received: Int64 = 1_700_000_000_010_000
        let sample = ClockSample(
            asked: asked,
            answeredAt: now,
            received: received,
            answered: received
        )
        #expect(sample?.roundTrip == 20_000)
        #expect(sample?.skew == -10_000...10_000)
    }

    @Test(arguments: [
        (Int64.min, Int64.max), (.max, .min), (-1, -1), (0, .max), (1_700_000_000_000_001, 1),
        (1_700_000_000_000_000, 1_700_000_000_900_000),
    ])
    func `a node that says what it likes is not believed`(received: Int64, answered: Int64) {
        let asked = ProbeTime(wall: 1_700_000_000_000_000, monotonic: 5_000_000)
        let now = ProbeTime(wall: 1_700_000_000_100_000, monotonic: 5_100_000)
        let sample = ClockSample(
            asked: asked,
            answeredAt: now,
            received: received,
            answered: answered
        )
        #expect(sample == nil)
    }

    @Test func `one question at a time, a few at once, then every half minute`() {
        var world = World(skew: 0, there: 1_000, back: 1_000)
        var probes = SessionProbes()
        let first = probes.question(at: world.time)
        #expect(first == 1)
        let impatient = probes.question(at: world.time)
        #expect(impatient == nil)
        _ = probes.answer(1, received: world.now, answered: world.now, at: world.time)
        let burst = (1..<SessionProbes.burst).map { _ in world.ask(&probes) }
        #expect(burst.allSatisfy { $0 != nil })
        let tooSoon = world.ask(&probes)
        #expect(tooSoon == nil)
        world.now += SessionProbes.interval
        let later = world.ask(&probes)
        #expect(later != nil)
    }

    @Test func `an agent that knows no probes is left in peace`() {
        var world = World(skew: 0, there: 0, back: 0)
        var probes = SessionProbes()
        var asked = 0
        for _ in 0..<1_000 {
            if probes.question(at: world.time) != nil { asked += 1 }
            world.now += 10_000_000
        }
        #expect(asked == SessionProbes.patience)
    }

    @Test func `an answer counts once, and to its own question`() throws {
        let world = World(skew: 0, there: 0, back: 0)
        var probes = SessionProbes()
        let numberAnswer = probes.question(at: world.time)
        let number = try #require(numberAnswer)
        for foreign in [number + 1, 0, .max, .min] {
            let answer = probes.answer(
                foreign,
                received: world.now,
                answered: world.now,
                at: world.time
            )
            #expect(answer == nil)
        }
        var twice = probes
        let first = twice.answer(number, received: 1, answered: 1, at: world.time)
        let second = twice.answer(number, received: 1, answered: 1, at: world.time)
        #expect(first != nil)
        #expect(second == nil)
    }
}

/// Steele, Lea and Flood's generator: a seed names the whole sequence.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
