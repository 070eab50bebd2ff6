/// How many wrong tokens are looked at: a bucket for each source, and one for all together. What is
/// in a bucket comes back with time; who finds it empty is told when to ask again.
///
/// A bucket is one number, the time at which it will be full again (the generic cell rate algorithm,
/// ITU-T I.371), so that a source costs some dozen bytes, and one whose bucket is full costs none.
struct GuessAllowance: Sendable, Equatable {
    /// What the buckets hold. Times are in milliseconds.
    struct Limits: Sendable, Equatable {
        /// Guesses that a source has at once.
        var burst: Int64 = 10
        /// After how long it gets one back.
        var interval: Int64 = 6_000
        /// Guesses that all sources have together at once.
        var totalBurst: Int64 = 200
        /// After how long they get one back together.
        var totalInterval: Int64 = 20
        /// Sources that are told apart; further ones share a bucket.
        var sources = 4096
    }

    /// What becomes of a guess.
    enum Verdict: Sendable, Equatable {
        /// It is looked at.
        case admitted
        /// It is not; the next one may be, after so many milliseconds.
        case refused(retryAfter: Int64)
    }

    /// What the buckets hold.
    let limits: Limits
    private var fullAt: [SourceNetwork: Int64] = [:]
    private var crowdFullAt: Int64 = 0
    private var totalFullAt: Int64 = 0
    private var nextSweep: Int64 = 0

    /// Begins with full buckets.
    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many sources have less than they may.
    var sources: Int { fullAt.count }

    /// Takes a guess out of both buckets, or of neither.
    ///
    /// - Parameters:
    ///   - source: Where it comes from.
    ///   - now: Milliseconds of a clock that never goes back.
    /// - Returns: Whether it may be looked at.
    mutating func guess(from source: SourceNetwork, at now: Int64) -> Verdict {
        makeRoom(at: now)
        let hasPlace = fullAt[source] != nil || fullAt.count < limits.sources
        let own = Self.take(
            from: hasPlace ? fullAt[source] ?? 0 : crowdFullAt,
            holding: limits.burst,
            interval: limits.interval,
            at: now
        )
        let total = Self.take(
            from: totalFullAt,
            holding: limits.totalBurst,
            interval: limits.totalInterval,
            at: now
        )
        switch (own, total) {
        case (.success(let ownFull), .success(let totalFull)):
            if hasPlace { fullAt[source] = ownFull } else { crowdFullAt = ownFull }
            totalFullAt = totalFull
            return .admitted
        case (.failure(let wait), .success), (.success, .failure(let wait)):
            return .refused(retryAfter: wait.milliseconds)
        case (.failure(let one), .failure(let other)):
            return .refused(retryAfter: max(one.milliseconds, other.milliseconds))
        }
    }

    private struct Wait: Error {
        let milliseconds: Int64
    }

    /// When the bucket will be full with one guess less, or how long until it holds one.
    private static func take(
        from fullAt: Int64,
        holding burst: Int64,
        interval: Int64,
        at now: Int64
    ) -> Result<Int64, Wait> {
        let later = max(fullAt, now) + interval
        let excess = later - now - burst * interval
        return excess > 0 ? .failure(Wait(milliseconds: excess)) : .success(later)
    }

    /// Forgets the sources whose buckets are full again, where there are too many; not at each guess
    /// of a flood.
    private mutating func makeRoom(at now: Int64) {
        guard fullAt.count >= limits.sources, now >= nextSweep else { return }
        fullAt = fullAt.filter { $0.value > now }
        nextSweep = now + limits.interval
    }
}
