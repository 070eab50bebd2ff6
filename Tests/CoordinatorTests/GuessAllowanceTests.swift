import Testing

@testable import Coordinator

@Suite struct GuessAllowanceTests {
    private let limits = GuessAllowance.Limits(
        burst: 3,
        interval: 1000,
        totalBurst: 10,
        totalInterval: 100,
        sources: 4
    )
    private let mallory = SourceNetwork(address: "203.0.113.7")

    @Test func `a source has its burst and then one guess for each interval`() {
        var allowance = GuessAllowance(limits)
        for _ in 0..<3 { #expect(allowance.guess(from: mallory, at: 0) == .admitted) }
        #expect(allowance.guess(from: mallory, at: 0) == .refused(retryAfter: 1000))
        #expect(allowance.guess(from: mallory, at: 999) == .refused(retryAfter: 1))
        #expect(allowance.guess(from: mallory, at: 1000) == .admitted)
        #expect(allowance.guess(from: mallory, at: 1000) == .refused(retryAfter: 1000))
    }

    @Test func `ten thousand guesses in a second are looked at a handful of times`() {
        var allowance = GuessAllowance(limits)
        let admitted = (0..<10_000).count { number in
            allowance.guess(from: mallory, at: Int64(number / 10)) == .admitted
        }
        #expect(admitted == 3)
    }

    @Test func `what a refused guess asked for stays in both buckets`() {
        var allowance = GuessAllowance(limits)
        for _ in 0..<100 { _ = allowance.guess(from: mallory, at: 0) }
        #expect(allowance.guess(from: mallory, at: 1000) == .admitted)
        let others = (0..<20).count { number in
            let source = SourceNetwork(address: "198.51.100.\(number % 2)")
            return allowance.guess(from: source, at: 1000) == .admitted
        }
        #expect(others == 6)
    }

    @Test func `all sources together have a bound`() {
        var allowance = GuessAllowance(
            GuessAllowance.Limits(burst: 3, interval: 1000, totalBurst: 10, totalInterval: 100)
        )
        let admitted = (0..<100).count { number in
            let source = SourceNetwork(address: "198.51.100.\(number)")
            return allowance.guess(from: source, at: 0) == .admitted
        }
        #expect(admitted == 10)
        let late = SourceNetwork(address: "203.0.113.1")
        #expect(allowance.guess(from: late, at: 99) == .refused(retryAfter: 1))
        #expect(allowance.guess(from: late, at: 100) == .admitted)
    }

    @Test func `sources are counted up to a bound and forgotten once their buckets are full`() {
        var allowance = GuessAllowance(
            GuessAllowance.Limits(
                burst: 3,
                interval: 1000,
                totalBurst: 1000,
                totalInterval: 1,
                sources: 4
            )
        )
        for number in 0..<50 {
            _ = allowance.guess(from: SourceNetwork(address: "198.51.100.\(number)"), at: 0)
            #expect(allowance.sources <= 4)
        }
        // The crowd shares one bucket.
        let stranger = SourceNetwork(address: "203.0.113.99")
        #expect(allowance.guess(from: stranger, at: 0) == .refused(retryAfter: 1000))
        #expect(allowance.guess(from: stranger, at: 3000) == .admitted)
        #expect(allowance.sources == 1)
    }

    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("unknown", "unknown"),
    ])
    func `addresses of one customer count together`(address: String, network: String) {
        #expect(SourceNetwork(address: address).description == network)
    }
}

@Suite struct RefusalLogTests {
    @Test func `a source is told once a minute and then summed up`() {
        var log = RefusalLog()
        let source = SourceNetwork(address: "203.0.113.7")
        #expect(log.refused(from: source) == .init(isTold: true, beginsWindow: true))
        for _ in 0..<41 {
            #expect(log.refused(from: source) == .init(isTold: false, beginsWindow: false))
        }
        #expect(log.summary() == ["and 41 more refusals from 203.0.113.7 in the last minute"])
        #expect(log.summary().isEmpty)
        #expect(log.refused(from: source) == .init(isTold: true, beginsWindow: true))
    }

    @Test func `a flood from everywhere is a bounded number of lines`() {
        var log = RefusalLog()
        var told = 0
        for number in 0..<100_000 {
            let source = SourceNetwork(address: "10.\(number % 7).\(number % 251).\(number % 241)")
            if log.refused(from: source).isTold { told += 1 }
        }
        #expect(told == RefusalLog.lines)
        let summary = log.summary()
        #expect(summary.count == RefusalLog.lines)
        let counted = summary.compactMap { line in
            line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        #expect(counted.reduce(told, +) == 100_000)
        #expect(summary.last?.contains("from others") == true)
    }
}
