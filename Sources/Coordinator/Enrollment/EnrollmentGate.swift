import Daemon
import Plan
import Synchronization
import Trust

/// Whether strangers are let in as far as the enrolment at all: only while a token that could let
/// one in further may live: an unused one, or one whose answer may have been lost.
final class EnrollmentGate: Sendable {
    /// A token that may be answered.
    struct Known: Sendable, Equatable {
        /// SHA-256 of its secret, hexadecimal.
        let hash: String
        /// Until when it lives, milliseconds since 1970.
        let expires: Int64
    }

    private let tokens: Mutex<[String: Known]>
    private let now: @Sendable () -> Int64

    /// Knows the tokens that may be answered, by their ids.
    init(_ unused: [String: Known], now: @escaping @Sendable () -> Int64 = WallClock.now) {
        tokens = Mutex(unused)
        self.now = now
    }

    /// Opens for a new token.
    func add(_ token: String, _ known: Known) {
        let now = now()
        tokens.withLock { tokens in
            tokens = tokens.filter { now < $0.value.expires }
            tokens[token] = known
        }
    }

    /// A token has served: its node has its certificate.
    func remove(_ token: String) {
        tokens.withLock { $0[token] = nil }
    }

    /// Whether a token lives that may be answered.
    var isOpen: Bool {
        let now = now()
        return tokens.withLock { tokens in tokens.values.contains { now < $0.expires } }
    }

    /// Whether the token is one of them, its secret included. Found by its id, which is no secret;
    /// compared so that the time of the answer tells nothing about the hash.
    func knows(_ token: JoinToken) -> Bool {
        let now = now()
        guard let known = tokens.withLock({ $0[token.id] }), now < known.expires else {
            return false
        }
        return Secret(known.hash) == Secret(token.hash)
    }
}
