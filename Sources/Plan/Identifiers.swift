/// A host's stable key in a plan: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter
/// or digit (an RFC 1123 label), so that it can stand in a SPIFFE path and in a file's name.
public struct HostID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The key as text.
    public let description: String

    /// Nothing where the text is no RFC 1123 label.
    public init?(_ text: String) {
        guard RFC1123.isLabel(text) else { return nil }
        description = text
    }

    /// Reads the key; an error where the text is no RFC 1123 label.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = HostID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a host id: \(text)"
            )
        }
        self = id
    }

    /// Writes the key as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Orders by text.
    public static func < (left: HostID, right: HostID) -> Bool {
        left.description < right.description
    }
}

/// Names as DNS and Kubernetes take them.
public enum RFC1123 {
    /// Whether the text is one label: 1 to 63 of `a-z`, `0-9`, `-`, with no `-` at either end.
    public static func isLabel(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count) else { return false }
        let hyphen = UInt8(ascii: "-")
        guard bytes.first != hyphen, bytes.last != hyphen else { return false }
        return bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
        }
    }

    /// Whether the text is a DNS name: labels joined by dots, at most 253 bytes.
    public static func isName(_ text: some StringProtocol) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            isLabel($0)
        }
    }
}
