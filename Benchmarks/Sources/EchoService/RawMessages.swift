public import GRPCCore

/// Bytes as they are.
public struct RawSerializer: MessageSerializer {
    /// There is only one.
    public init() {}

    /// The same bytes, in the transport's own type.
    public func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes {
        (message as? Bytes) ?? Bytes(message)
    }
}

/// Bytes as they are.
public struct RawDeserializer: MessageDeserializer {
    /// There is only one.
    public init() {}

    /// The same bytes, as an array.
    public func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        if let same = bytes as? [UInt8] { return same }
        return bytes.withUnsafeBytes { [UInt8]($0) }
    }
}
