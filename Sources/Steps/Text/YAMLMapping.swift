/// Keys and values that are written as a YAML file: enough for K3s' configuration, and quoted so
/// that no reader of YAML 1.1 or 1.2 takes a text for anything but a text.
struct YAMLMapping: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case flag(Bool)
        case number(Int64)
        case text(String)
        case list([String])
    }

    private var lines: [String] = []

    /// Adds a key under the ones before it.
    mutating func set(_ key: String, _ value: Value) {
        switch value {
        case .flag(let flag):
            lines.append("\(key): \(flag)")
        case .number(let number):
            lines.append("\(key): \(number)")
        case .text(let text):
            lines.append("\(key): \(Self.scalar(text))")
        case .list(let texts):
            lines.append("\(key): [\(texts.map(Self.scalar).joined(separator: ", "))]")
        }
    }

    /// The whole file under a comment that says whose it is.
    func rendered(comment: String) -> String {
        (["# \(comment)"] + lines).map { $0 + "\n" }.joined()
    }

    /// The text as it is where nobody can misread it, else in double quotes.
    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    /// Words that some reader takes for a boolean, for nothing or for a number.
    private static let reserved: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf",
    ]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isLetter(first) || first == "/" else {
            return false
        }
        return !reserved.contains(text.lowercased())
            && text.unicodeScalars.allSatisfy { scalar in
                isLetter(scalar) || ("0"..."9").contains(scalar)
                    || "/._=-".unicodeScalars.contains(scalar)
            }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
            "\\x" + hexadecimal(scalar.value)
        default: String(scalar)
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 2 - digits.count)) + digits
    }
}
