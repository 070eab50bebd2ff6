/// A mistake that a simulation makes on purpose, at the seam between the project's decisions and the world
/// that carries them out: it shows that the invariants are looked after.
package enum PlantedFault: String, CaseIterable, Sendable {
    /// An agent that starts again takes its results for steps that were interrupted.
    case forgottenResults = "forgotten-results"
    /// The coordinator says that it has a result before that is durable.
    case hastyReceipt = "hasty-receipt"
    /// The engine is not told of one dependency.
    case lostDependency = "lost-dependency"
    /// The engine is allowed one host more at once than the plan says.
    case looseLimit = "loose-limit"
    /// The coordinator sets no timers.
    case deafTimer = "deaf-timer"
    /// A record of several that belong together is not written.
    case missingRecord = "missing-record"
    /// The coordinator tells a step's secrets in what it reports of its changes.
    case talkativeStep = "talkative-step"
    /// An agent that only looks at a step says that there is nothing to do.
    case blindLook = "blind-look"
    /// An agent heeds what an earlier connection brings when a newer one is in its place.
    case staleConnection = "stale-connection"
    /// The coordinator says what it decided for one session over the next one.
    case anySession = "any-session"

    /// Whether it takes more than one misfortune at an unlucky moment for it to show.
    package var isSubtle: Bool { self == .staleConnection || self == .anySession }

    /// What it breaks.
    package var invariant: Invariant {
        switch self {
        case .forgottenResults, .staleConnection, .anySession: .nothingFinishedRunsAgain
        case .hastyReceipt: .noResultIsLost
        case .lostDependency: .dependenciesHold
        case .looseLimit: .limitsHold
        case .deafTimer: .whatCanEndEnds
        case .missingRecord: .replayEqualsLive
        case .talkativeStep: .noRecordHasSecrets
        case .blindLook: .whatIsDoneIsDone
        }
    }
}

/// What must hold after every event.
package enum Invariant: String, CaseIterable, Sendable {
    /// An execution whose end is durable anywhere never starts once more.
    case nothingFinishedRunsAgain = "no finished execution runs again"
    /// What an agent reported comes to stand in the journal as it was, and its agent keeps it so long;
    /// what it made reaches the steps that need it.
    case noResultIsLost = "no result is lost"
    /// No step begins before those it needs have ended well by the journal.
    case dependenciesHold = "dependencies hold"
    /// Parallelism, attempts, back-off, and that nothing begins that a pause or an end forbids.
    case limitsHold = "limits hold"
    /// Once nothing goes wrong any more, a rollout ends in bounded time, and agents forget it.
    case whatCanEndEnds = "a rollout that can end ends"
    /// The journal, read back, gives the state of the process that wrote it.
    case replayEqualsLive = "replay equals live"
    /// What counts as done without an attempt has nothing to do, and after a rollout that succeeded nothing
    /// has.
    case whatIsDoneIsDone = "what counts as done is done"
    /// Neither journal has a secret in it.
    case noRecordHasSecrets = "secrets in no record"
}

/// An invariant that did not hold.
package struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// Which.
    package var invariant: Invariant
    /// What was seen.
    package var words: String
    /// As one line.
    package var description: String { "\(invariant.rawValue): \(words)" }
}
