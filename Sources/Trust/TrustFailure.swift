/// Why something about keys, certificates, tokens or credentials did not work.
///
/// The message is for the operator; it never holds key material, a token's text or a passphrase.
public struct TrustFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, where, and what to do about it where that is known.
    public var message: String

    /// Describes a failure.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
