import Daemon
import Synchronization

/// Who of the fleet has a session, and when who knocked at the coordinator's door. Times are milliseconds
/// on the machine's clock that only runs forward.
final class Ledger: Sendable {
    private struct State {
        var present: Set<Int> = []
        var heartbeats = 0
        var knocks: [Int64] = []
        var returns: [Int64] = []
        /// Knocks that were in vain, by the reason.
        var failures: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// The coordinator said welcome.
    func noteSession(of number: Int) {
        let now = WallClock.monotonic()
        state.withLock { state in
            state.present.insert(number)
            state.returns.append(now)
        }
    }

    /// There is no session, and the agent knocks after so many milliseconds.
    func noteEnd(of number: Int, _ reason: String, knocksAfter delay: Int64) {
        let now = WallClock.monotonic()
        state.withLock { state in
            state.knocks.append(now + delay)
            guard state.present.remove(number) == nil else { return }
            state.failures[reason, default: 0] += 1
        }
    }

    /// A report of health is about to be sent.
    func noteHeartbeat() {
        state.withLock { $0.heartbeats += 1 }
    }

    /// Forgets all but who is there.
    func reset() {
        state.withLock { $0 = State(present: $0.present) }
    }

    /// Returns when so many have a session and have come since the last reset, or after two minutes.
    func gathered(_ count: Int) async {
        let end = ContinuousClock.now + .seconds(120)
        while state.withLock({ min($0.present.count, $0.returns.count) < count }),
            ContinuousClock.now < end
        {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// All of it in one line.
    var json: String {
        let state = state.withLock { $0 }
        let failures = state.failures.map { "\(Self.quoted($0)): \($1)" }.joined(separator: ", ")
        return """
            {"present": \(state.present.count), "heartbeats": \(state.heartbeats), \
            "knocks": \(state.knocks), "returns": \(state.returns), "failures": {\(failures)}}
            """
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.filter { $0 != "\"" && $0 != "\\" && $0 >= " " })\""
    }
}
