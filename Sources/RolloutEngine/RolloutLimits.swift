public import Plan

/// The bounds a rollout keeps.
public struct RolloutLimits: Sendable, Equatable, Codable {
    /// How many hosts may be worked on at once; at least 1.
    public var parallelism: Int
    /// Hosts of which fewer may be worked on at once, such as servers one at a time.
    public var groups: [HostGroup]
    /// How often a step is tried; at least 1.
    public var attempts: Int
    /// Milliseconds an agent may be away before the steps that wait for it fail.
    public var absence: Int64
    /// What a step that failed for good means for the others.
    public var failure: FailurePolicy
    /// After how many failed hosts no further step begins, under `continue`; nothing where there
    /// is no such bound.
    public var failedHosts: Int?

    /// Sets bounds. `absence` defaults to ten minutes: longer than a reboot, shorter than a lunch.
    public init(
        parallelism: Int,
        groups: [HostGroup] = [],
        attempts: Int,
        absence: Int64 = 600_000,
        failure: FailurePolicy = .pause,
        failedHosts: Int? = nil
    ) {
        self.parallelism = max(1, parallelism)
        self.groups = groups
        self.attempts = max(1, attempts)
        self.absence = absence
        self.failure = failure
        self.failedHosts = failedHosts.map { max(1, $0) }
    }

    /// The bounds that a plan asks for.
    public init(_ plan: ClusterPlan) {
        let policies = plan.policies
        func group(_ role: HostRole, _ parallelism: Int) -> HostGroup {
            HostGroup(
                hosts: Set(plan.hosts.filter { $0.role == role }.map(\.id)),
                parallelism: parallelism
            )
        }
        self.init(
            parallelism: policies.parallelism,
            groups: [
                group(.server, policies.parallelServers), group(.agent, policies.parallelAgents),
            ],
            attempts: policies.attempts,
            failure: policies.failure,
            failedHosts: policies.failedHosts
        )
    }

    /// Milliseconds beyond a step's own timeout before the coordinator gives an attempt up: the
    /// agent stops it first and can say more about why.
    static let overrun: Int64 = 15_000
    /// Milliseconds a returning agent has to hand in what it finished meanwhile.
    static let settling: Int64 = 10_000
    /// Milliseconds that a look at a step may take at its agent.
    static let look: Int64 = 10_000
    /// Milliseconds that a step whose turn has come waits for the look at it.
    static let patience: Int64 = 30_000
    /// Milliseconds for which what a look found is believed.
    static let freshness: Int64 = 60_000
    /// How many looks an agent is asked for at once.
    static let looksAtOnce = 256
}

extension RolloutLimits {
    /// Reads bounds; those that an earlier release did not know have their defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            parallelism: try values.decode(Int.self, forKey: .parallelism),
            groups: try values.decodeIfPresent([HostGroup].self, forKey: .groups) ?? [],
            attempts: try values.decode(Int.self, forKey: .attempts),
            absence: try values.decode(Int64.self, forKey: .absence),
            failure: try values.decodeIfPresent(FailurePolicy.self, forKey: .failure) ?? .abort,
            failedHosts: try values.decodeIfPresent(Int.self, forKey: .failedHosts)
        )
    }
}

/// Hosts that share a bound.
public struct HostGroup: Sendable, Equatable, Codable {
    /// The hosts.
    public let hosts: Set<HostID>
    /// How many of them may be worked on at once; at least 1.
    public let parallelism: Int

    /// Bounds some hosts.
    public init(hosts: Set<HostID>, parallelism: Int) {
        self.hosts = hosts
        self.parallelism = max(1, parallelism)
    }
}

/// Which hosts are worked on, held against the bounds.
struct Occupancy {
    private let limits: RolloutLimits
    private var busy: Set<HostID> = []
    private var counts: [Int]

    init(_ limits: RolloutLimits, busy hosts: some Sequence<HostID>) {
        self.limits = limits
        counts = limits.groups.map { _ in 0 }
        for host in hosts { occupy(host) }
    }

    /// Whether a host may be worked on beside those that are.
    func hasRoom(for host: HostID) -> Bool {
        if busy.contains(host) { return true }
        guard busy.count < limits.parallelism else { return false }
        return limits.groups.indices.allSatisfy { index in
            counts[index] < limits.groups[index].parallelism
                || !limits.groups[index].hosts.contains(host)
        }
    }

    mutating func occupy(_ host: HostID) {
        guard busy.insert(host).inserted else { return }
        for index in counts.indices where limits.groups[index].hosts.contains(host) {
            counts[index] += 1
        }
    }
}

/// When a failed step is tried again: exponential back-off with full jitter.
enum Backoff {
    /// Milliseconds before the second attempt, at most.
    static let first: Int64 = 2_000
    /// Milliseconds before any attempt, at most.
    static let longest: Int64 = 60_000

    /// Milliseconds to wait after so many vain tries: from none to the bound, which doubles with each.
    /// `number` is the attempt's, so that a resumed step does not wait the same times again.
    static func delay(after tries: Int, number: Int, step: StepID, seed: UInt64) -> Int64 {
        let doublings = min(max(tries - 1, 0), 10)
        let bound = min(longest, first << Int64(doublings))
        var bits = seed
        for byte in step.description.utf8 { bits = mix(bits ^ UInt64(byte)) }
        bits = mix(bits ^ UInt64(truncatingIfNeeded: number))
        return Int64(bits % UInt64(bound + 1))
    }

    /// SplitMix64's finaliser: spreads each bit over all.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
