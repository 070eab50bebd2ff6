/// Time limits and how much happens at once.
public struct PolicySettings: Sendable, Equatable {
    /// How many hosts may be worked on at once; 1 to 100. Default: 10.
    public var parallelism: Int
    /// How many of them may be servers; 1 to 100. Default: 1.
    public var parallelServers: Int
    /// How many of them may be agents; 1 to 100. Default: 10.
    public var parallelAgents: Int
    /// How often a step is tried before it has failed; 1 to 10. Default: 3.
    public var attempts: Int
    /// What a step that failed for good means for the others. Default: `pause`.
    public var failure: FailurePolicy
    /// After how many failed hosts no further step begins, under `continue`; 1 to 1000. Default: no
    /// such bound.
    public var failedHosts: Int?
    /// Limits for one attempt.
    public var timeouts: TimeoutSettings
    /// Checks before a rollout that may fail.
    public var ignoredChecks: [PreflightCheck]
    /// Whether servers may stand in several regions. Default: false.
    public var allowWanEtcd: Bool

    /// Sets limits.
    public init(
        parallelism: Int = 10,
        parallelServers: Int = 1,
        parallelAgents: Int = 10,
        attempts: Int = 3,
        failure: FailurePolicy = .pause,
        failedHosts: Int? = nil,
        timeouts: TimeoutSettings = .init(),
        ignoredChecks: [PreflightCheck] = [],
        allowWanEtcd: Bool = false
    ) {
        self.parallelism = parallelism
        self.parallelServers = parallelServers
        self.parallelAgents = parallelAgents
        self.attempts = attempts
        self.failure = failure
        self.failedHosts = failedHosts
        self.timeouts = timeouts
        self.ignoredChecks = ignoredChecks
        self.allowWanEtcd = allowWanEtcd
    }
}

/// What a step that failed for good means for the steps that have not begun.
public enum FailurePolicy: String, Sendable, Equatable, Codable, CaseIterable {
    /// None begins until an operator resumes or cancels the rollout.
    case pause
    /// Those that do not need it go on.
    case `continue`
    /// None begins any more, and the rollout ends.
    case abort
}

/// Limits for one attempt, in milliseconds; 1 second to 24 hours.
public struct TimeoutSettings: Sendable, Equatable {
    /// Any step without a limit of its own. Default: 5 minutes.
    public var step: Int64
    /// Fetching and placing one file. Default: 15 minutes.
    public var download: Int64
    /// From K3s' start until its API answers, or until an agent's node exists. Default: 5 minutes.
    public var k3sReady: Int64
    /// Until all nodes are Ready and the mesh has converged. Default: 10 minutes.
    public var nodesReady: Int64

    /// Sets limits, in milliseconds.
    public init(
        step: Int64 = 300_000,
        download: Int64 = 900_000,
        k3sReady: Int64 = 300_000,
        nodesReady: Int64 = 600_000
    ) {
        self.step = step
        self.download = download
        self.k3sReady = k3sReady
        self.nodesReady = nodesReady
    }
}
