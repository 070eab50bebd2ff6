public import GRPCCore

/// The methods that are measured.
public enum EchoMethod: String, CaseIterable, Sendable {
    /// Answers the request's bytes.
    case unary = "Unary"
    /// Keeps a core busy for as many microseconds as the request's first four bytes say, then answers.
    case work = "Work"
    /// Answers the request's bytes again and again, until the client has seen enough.
    case download = "Download"
    /// Swallows what comes and answers how many messages it was, in four bytes.
    case upload = "Upload"
    /// Answers each message with itself.
    case converse = "Converse"

    /// Its name on the wire.
    public var descriptor: MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: "benchmark.Echo", method: rawValue)
    }
}

extension UInt32 {
    /// Four bytes, the greatest first.
    public var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }

    /// The number that the first four bytes make; less than four count as they are.
    public init(bytes: [UInt8]) {
        self = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
