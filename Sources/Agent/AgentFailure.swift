/// Why the agent as a whole cannot do what it was asked, for the person who asked.
public struct AgentFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, and where; never a secret.
    public let message: String
    /// What to do next; empty where the message says it.
    public let remedy: String

    /// Describes a failure.
    public init(_ message: String, remedy: String = "") {
        self.message = message
        self.remedy = remedy
    }

    /// The message, and the remedy on a line of its own.
    public var description: String { remedy.isEmpty ? message : "\(message)\n\(remedy)" }
}
