public import Plan

/// The bounds a rollout keeps.
public struct RolloutLimits: Sendable, Equatable, Codable {
    /// How many hosts may be worked on at once; at least 1.
    public var parallelism: Int
    /// How often a step is tried; at least 1.
    public var attempts: Int
    /// Milliseconds an agent may be away before the steps that wait for it fail.
    public var absence: Int64

    /// Sets bounds. `absence` defaults to ten minutes: longer than a reboot, shorter than a lunch.
    public init(parallelism: Int, attempts: Int, absence: Int64 = 600_000) {
        self.parallelism = max(1, parallelism)
        self.attempts = max(1, attempts)
        self.absence = absence
    }

    /// The bounds that a plan asks for.
    public init(_ policies: PolicySettings) {
        self.init(parallelism: policies.parallelism, attempts: policies.attempts)
    }

    /// Milliseconds beyond a step's own timeout before the coordinator gives an attempt up: the
    /// agent stops it first and can say more about why.
    static let overrun: Int64 = 15_000
    /// Milliseconds a returning agent has to hand in what it finished meanwhile.
    static let settling: Int64 = 10_000
}

/// When a failed step is tried again: exponential back-off with full jitter.
enum Backoff {
    /// Milliseconds before the second attempt, at most.
    static let first: Int64 = 2_000
    /// Milliseconds before any attempt, at most.
    static let longest: Int64 = 60_000

    /// Milliseconds to wait after `attempt` failed: between half a second and the doubled bound.
    static func delay(after attempt: Int, step: StepID, seed: UInt64) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 10)
        let bound = min(longest, first << Int64(doublings))
        var bits = seed
        for byte in step.description.utf8 { bits = mix(bits ^ UInt64(byte)) }
        bits = mix(bits ^ UInt64(attempt))
        return 500 + Int64(bits % UInt64(bound))
    }

    /// SplitMix64's finaliser: spreads each bit over all.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
