import RolloutEngine

/// What an operator may want of a rollout that is at work.
enum OperatorWish: Sendable {
    /// That no further step begins.
    case pause
    /// That it goes on, and tries again what failed.
    case resume
    /// That it ends.
    case cancel

    /// The wish as the engine takes it, at milliseconds since 1970.
    func event(at now: Int64) -> RolloutEvent {
        switch self {
        case .pause: .pauseRequested(at: now)
        case .resume: .resumeRequested(at: now)
        case .cancel: .cancelRequested(at: now)
        }
    }
}
