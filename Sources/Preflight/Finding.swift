public import Plan

/// What came of a check.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// As it should be.
    case passed
    /// Not as it should be; a rollout may go on.
    case warning
    /// A rollout would fail, or make a cluster that does not work.
    case failed
    /// It failed, and the plan says that it may.
    case ignored
    /// It could not be looked at.
    case skipped
}

/// What one check found on one host, or between two.
public struct Finding: Sendable, Equatable {
    /// Which check.
    public var check: PreflightCheck
    /// The host that it is about; the one that sends, where it is about a pair.
    public var host: HostID
    /// The host that receives; nothing where it is about one host.
    public var peer: HostID?
    /// What came of it.
    public var verdict: Verdict
    /// What was seen, in a few words.
    public var observed: String
    /// A command or a console's setting that helps; empty where nothing has to be done.
    public var remedy: String

    /// Describes what was found.
    public init(
        _ check: PreflightCheck,
        on host: HostID,
        to peer: HostID? = nil,
        _ verdict: Verdict,
        _ observed: String,
        remedy: String = ""
    ) {
        self.check = check
        self.host = host
        self.peer = peer
        self.verdict = verdict
        self.observed = observed
        self.remedy = remedy
    }

    /// The same, with a failure made harmless where the plan says that the check may fail.
    public func ignoring(_ checks: some Collection<PreflightCheck>) -> Finding {
        guard verdict == .failed, checks.contains(check) else { return self }
        var finding = self
        finding.verdict = .ignored
        return finding
    }
}

extension Finding {
    /// Passes, or tells what is wrong and what helps.
    static func judge(
        _ check: PreflightCheck,
        on host: HostID,
        _ isGood: Bool,
        _ observed: String,
        otherwise verdict: Verdict = .failed,
        remedy: String = ""
    ) -> Finding {
        isGood
            ? Finding(check, on: host, .passed, observed)
            : Finding(check, on: host, verdict, observed, remedy: remedy)
    }

    /// The agent could not see it.
    static func unseen(_ check: PreflightCheck, on host: HostID) -> Finding {
        Finding(check, on: host, .skipped, "the agent could not see it")
    }
}
