import Daemon
import Synchronization

/// Whether strangers are let in as far as the enrolment at all: only while a token that could let
/// one in further may live: an unused one, or one whose answer may have been lost.
final class EnrollmentGate: Sendable {
    private let tokens: Mutex<[String: Int64]>
    private let now: @Sendable () -> Int64

    /// Knows the tokens that may be answered, and until when each lives, milliseconds since 1970.
    init(_ unused: [String: Int64], now: @escaping @Sendable () -> Int64 = WallClock.now) {
        tokens = Mutex(unused)
        self.now = now
    }

    /// Opens for a new token.
    func add(_ token: String, until expiry: Int64) {
        let now = now()
        tokens.withLock { tokens in
            tokens = tokens.filter { now < $0.value }
            tokens[token] = expiry
        }
    }

    /// A token has served: its node has its certificate.
    func remove(_ token: String) {
        tokens.withLock { $0[token] = nil }
    }

    /// Whether a token lives that may be answered.
    var isOpen: Bool {
        let now = now()
        return tokens.withLock { tokens in tokens.values.contains { now < $0 } }
    }
}
