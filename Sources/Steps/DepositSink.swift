/// Says a copy's bytes, in order, to the one that it is given.
public typealias DepositBody =
    @Sendable (_ send: @escaping @Sendable ([UInt8]) async throws(HostFailure) -> Void)
    async throws(HostFailure) -> Void

/// Who keeps sealed copies: on a node, its coordinator, which cannot open them.
public protocol DepositSink: Sendable {
    /// Whether a copy of this name is kept.
    func holds(_ name: String) async throws(HostFailure) -> Bool
    /// Hands over a copy: `body` is given what takes the bytes, in order. When this returns, they are
    /// kept; where anything fails, nothing is.
    func deposit(
        _ name: String,
        _ body: @escaping DepositBody
    ) async throws(HostFailure)
}

/// Nobody.
public struct NoDeposits: DepositSink {
    /// Keeps nothing.
    public init() {}

    /// Fails.
    public func holds(_ name: String) async throws(HostFailure) -> Bool { throw Self.failure }

    /// Fails.
    public func deposit(
        _ name: String,
        _ body: @escaping DepositBody
    ) async throws(HostFailure) {
        throw Self.failure
    }

    private static var failure: HostFailure {
        HostFailure(.sourceUnavailable, "there is nobody to keep copies")
    }
}

/// What a sealed copy may be called.
public enum DepositName {
    /// Characters of a name.
    public static let longest = 80

    /// 1 to 80 of a-z, 0-9, - and ., beginning with a letter or digit: a name of a file, and never a
    /// hidden one.
    public static func isValid(_ name: String) -> Bool {
        guard (1...longest).contains(name.utf8.count), let first = name.utf8.first else {
            return false
        }
        let isWord = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isWord(first)
            && name.utf8.allSatisfy {
                isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }
}
