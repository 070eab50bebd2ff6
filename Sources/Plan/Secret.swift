/// Bytes that nobody may see: they print as `<redacted>`, are compared in constant time, and cannot
/// be encoded, so that no log, journal, diff or error can hold them by accident.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let bytes: [UInt8]

    /// Takes the bytes over.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes the text's UTF-8 over.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The bytes themselves. Each caller must be a place that may have them.
    public func reveal() -> [UInt8] {
        bytes
    }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// Always `<redacted>`.
    public var debugDescription: String { description }

    /// Shows nothing to `dump` and to test failures.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Compares without telling by its time where two secrets of one length differ.
    public static func == (left: Secret, right: Secret) -> Bool {
        guard left.bytes.count == right.bytes.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left.bytes, right.bytes) { difference |= a ^ b }
        return difference == 0
    }
}
