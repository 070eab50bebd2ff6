public import Plan

/// What a check is about, for reports and documentation.
public struct CheckDescription: Sendable, Equatable {
    /// Which check.
    public let check: PreflightCheck
    /// What is looked at together.
    public let group: CheckGroup
    /// What a finding outside the bound means at worst: `failed` stops a rollout, `warning` does not.
    public let severity: Verdict
    /// Between what the observed value has to be.
    public let bound: String
    /// What goes wrong otherwise.
    public let reason: String
    /// What to do as a rule; a finding may know better.
    public let remedy: String

    init(
        _ check: PreflightCheck,
        _ group: CheckGroup,
        _ severity: Verdict = .failed,
        bound: String,
        _ reason: String,
        remedy: String
    ) {
        self.check = check
        self.group = group
        self.severity = severity
        self.bound = bound
        self.reason = reason
        self.remedy = remedy
    }
}

/// What is looked at together.
public enum CheckGroup: String, Sendable, Hashable, CaseIterable {
    /// The machine and its system.
    case machine
    /// What names it among the others.
    case identity
    /// Its addresses, routes and firewall.
    case network
    /// The way from each host to each other.
    case paths
}

extension PreflightCheck {
    /// What the check is about.
    public var description: CheckDescription {
        CheckDescription.byCheck[self]
            ?? CheckDescription(self, .machine, bound: "", "", remedy: "")
    }
}

extension CheckDescription {
    /// Every check, in the order of reports.
    public static let all: [CheckDescription] = machine + identity + network + paths

    fileprivate static let byCheck = Dictionary(
        all.map { ($0.check, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}
