public import Logging

/// The metadata of every log line: one list, so that what reads logs can rely on the names. No value
/// is ever a secret.
public enum LogKey: String, Sendable {
    /// The id this agent enrolled with.
    case node
    /// `host:port`.
    case coordinator
    /// Certificate authorities, by the SHA-256 of their keys.
    case authorities
    /// An execution's id.
    case execution
    /// A step kind's name.
    case kind
    /// How something ended.
    case outcome
    /// Why something did not work.
    case reason
    /// Milliseconds.
    case delay
    /// A file.
    case path
    /// Milliseconds since 1970.
    case expires
    /// How many.
    case count
}

extension Logger {
    /// Logs with keys of the one list.
    public func log(
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ values: KeyValuePairs<LogKey, String>
    ) {
        var metadata: Logger.Metadata = [:]
        for (key, value) in values { metadata[key.rawValue] = .string(OneLine.clip(value)) }
        log(level: level, message, metadata: metadata)
    }
}
