internal import COpenSSL

/// Why a TLS session cannot be had, in words for a person.
public struct TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Whose doing it is.
    public enum Kind: Equatable, Sendable {
        /// Our own certificate, key or authorities cannot be used.
        case unusableIdentity
        /// We do not trust the certificate that the peer showed.
        case untrustedPeer
        /// The peer refused us with an alert.
        case refusedByPeer
        /// The peer did not speak TLS 1.3, or broke its rules.
        case brokenByPeer
    }

    /// Whose doing it is.
    public let kind: Kind
    /// One sentence without a full stop. It never holds a key.
    public let message: String

    /// The message.
    public var description: String { message }
}

/// OpenSSL's queue of errors, which belongs to the thread and must be empty before each call.
enum ErrorQueue {
    /// One entry: its number and OpenSSL's words for it.
    struct Entry {
        let reason: Int32
        let words: String
    }

    static func clear() {
        ERR_clear_error()
    }

    /// Empties the queue; the oldest entry, which names the cause, comes first.
    static func drain() -> [Entry] {
        var entries: [Entry] = []
        while case let code = ERR_get_error(), code != 0 {
            let words = ERR_reason_error_string(code).map { String(cString: $0) }
            entries.append(Entry(reason: ERR_GET_REASON(code), words: words ?? "error \(code)"))
        }
        return entries
    }

    /// The drained queue as a failure to use what was given to us.
    static func unusable(_ what: String) -> TLSFailure {
        let words = drain().map(\.words).joined(separator: ", ")
        return TLSFailure(
            kind: .unusableIdentity,
            message: words.isEmpty ? what : "\(what): \(words)"
        )
    }
}

extension TLSFailure {
    /// Makes the failure of a session out of OpenSSL's queue.
    ///
    /// OpenSSL numbers a received alert as 1000 plus the alert's number (RFC 8446 section 6).
    static func broken(_ what: String) -> TLSFailure {
        let entries = ErrorQueue.drain()
        guard let first = entries.first else {
            return TLSFailure(kind: .brokenByPeer, message: "\(what): the peer left")
        }
        if let alert = entries.first(where: { $0.reason >= 1000 && $0.reason < 1256 }) {
            let words = explanation(ofAlert: alert.reason - 1000) ?? alert.words
            return TLSFailure(kind: .refusedByPeer, message: "the peer refused us: \(words)")
        }
        return TLSFailure(kind: .brokenByPeer, message: "\(what): \(first.words)")
    }

    private static func explanation(ofAlert alert: Int32) -> String? {
        switch alert {
        case 42, 43, 46: "it does not accept our certificate"
        case 44: "our certificate is revoked"
        case 45: "our certificate has expired"
        case 48: "it does not know the authority of our certificate"
        case 70: "it has no TLS version in common with us"
        case 116: "it demands a client certificate"
        case 120: "it does not offer the protocol we asked for"
        default: nil
        }
    }
}
