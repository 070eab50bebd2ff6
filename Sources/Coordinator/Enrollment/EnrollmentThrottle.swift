import Daemon
import Logging
import Synchronization
import Trust

/// Slows those who guess join tokens, and keeps their refusals from filling the log. A token that is
/// right is never kept waiting, whoever else calls from the same address.
final class EnrollmentThrottle: Sendable {
    private struct State {
        var allowance: GuessAllowance
        var log = RefusalLog()
    }

    private let gate: EnrollmentGate
    private let state: Mutex<State>
    private let logger: Logger
    private let monotonic: @Sendable () -> Int64

    /// `monotonic` is a clock that never goes back, in milliseconds.
    init(
        _ gate: EnrollmentGate,
        limits: GuessAllowance.Limits = GuessAllowance.Limits(),
        logger: Logger,
        monotonic: @escaping @Sendable () -> Int64 = WallClock.monotonic
    ) {
        self.gate = gate
        state = Mutex(State(allowance: GuessAllowance(limits)))
        self.logger = logger
        self.monotonic = monotonic
    }

    /// Lets a token through that is right; what is not, costs its source a guess. Nothing stands for a
    /// text that is no token.
    func admit(_ token: JoinToken?, from address: String) throws(ServiceFailure) {
        if let token, gate.knows(token) { return }
        let source = SourceNetwork(address: address)
        let now = monotonic()
        let verdict = state.withLock { $0.allowance.guess(from: source, at: now) }
        guard case .refused(let wait) = verdict else { return }
        throw .tooManyGuesses(retryAfter: wait)
    }

    /// Logs a refusal, or counts it.
    func note(_ failure: ServiceFailure, from address: String) {
        let source = SourceNetwork(address: address)
        let entry = state.withLock { $0.log.refused(from: source) }
        if entry.isTold {
            logger.note(
                "An enrolment was refused",
                [.address: address, .error: failure.briefly]
            )
        }
        guard entry.beginsWindow else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(RefusalLog.window))
            self?.summarize()
        }
    }

    /// Logs what was only counted.
    func summarize() {
        for line in state.withLock({ $0.log.summary() }) { logger.note("\(line)") }
    }
}

extension ServiceFailure {
    /// Why an enrolment failed, without the advice, which is for the machine's owner.
    fileprivate var briefly: String {
        switch self {
        case .token(.unknown): "no such join token"
        case .token(.used(let node, _)): "the join token for \(node) was used already"
        case .token(.expired(let node, _)): "the join token for \(node) has expired"
        case .tooManyGuesses: "too many wrong join tokens"
        case .trust(let failure): failure.message
        default: "\(self)"
        }
    }
}
