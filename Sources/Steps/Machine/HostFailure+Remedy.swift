import Plan

extension StepFailure {
    /// Words for the operator about what the machine refused while the step did something.
    init(_ failure: HostFailure, while doing: String) {
        self.init(
            "could not \(doing): \(Redaction.line(failure.message))",
            details: failure.details.map(Redaction.line),
            remedy: failure.code.remedy,
            isPermanent: failure.isPermanent
        )
    }
}

extension HostFailure {
    /// Whether the same attempt would meet the same answer until a person acts.
    fileprivate var isPermanent: Bool {
        code.isPermanent || code == .packages && ProgramVerdict.isPermanent(apt: details)
    }
}

extension HostFailure.Code {
    /// What the operator can do about it.
    fileprivate var remedy: String {
        switch self {
        case .cancelled, .other:
            ""
        case .timedOut:
            "See on the machine what holds it up, or raise policies.timeouts in the plan."
        case .programMissing:
            "Install the program on the machine, then run the rollout again."
        case .diskFull:
            "Free space on the machine (df -h shows where), then run the rollout again."
        case .permissionDenied:
            "The node agent must run as root; see `systemctl cat isthmus-agent`."
        case .hashMismatch:
            "Compare the sha256 in the plan's artifacts with the one the publisher gives."
        case .sourceUnavailable:
            "See whether the coordinator can reach the artifact's url."
        case .packages:
            "Run `apt-get update` and the installation by hand to see what apt lacks."
        case .notSimulated:
            "Only a real machine can do this."
        }
    }

    /// Whether that is so whatever was complained of.
    fileprivate var isPermanent: Bool {
        switch self {
        case .programMissing, .diskFull, .permissionDenied, .hashMismatch, .notSimulated: true
        case .cancelled, .timedOut, .sourceUnavailable, .packages, .other: false
        }
    }
}
