/// How much a step disturbs what runs on the host.
public enum Disruption: String, Sendable, Codable, Comparable {
    /// Nothing that runs notices.
    case none
    /// A service of ours restarts.
    case serviceRestart
    /// Pods may be interrupted.
    case workload

    private var rank: Int {
        switch self {
        case .none: 0
        case .serviceRestart: 1
        case .workload: 2
        }
    }

    /// Orders by how much is disturbed.
    public static func < (left: Disruption, right: Disruption) -> Bool {
        left.rank < right.rank
    }
}

extension Step {
    /// What these changes of the step disturb that runs now. A first start and a new object disturb nothing.
    public func disruption(by changes: [Change]) -> Disruption {
        changes.contains(where: \.touchesWhatRuns) ? disruption : .none
    }
}

extension Change {
    fileprivate var touchesWhatRuns: Bool {
        switch self {
        case .unit(let action, _): action != UnitAction.start.rawValue
        case .object(_, let diff): !diff.isEmpty
        case .removal: true
        case .file, .artifact, .packages, .command, .setting: false
        }
    }
}
