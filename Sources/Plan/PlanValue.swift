/// A plan as data: what JSON and YAML write down.
public indirect enum PlanValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// Yes or no.
    case boolean(Bool)
    /// A list.
    case list([PlanValue])
    /// Values by name, in the order in which people read them.
    case object([Member])

    /// One name and its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let key: String
        /// The value.
        public let value: PlanValue

        /// Joins the two.
        public init(_ key: String, _ value: PlanValue) {
            self.key = key
            self.value = value
        }
    }

    /// The one text that all equal values share: JSON without spaces, names sorted, nothing escaped
    /// that need not be (RFC 8785 for the values there are).
    public func canonicalJSON() -> String {
        switch self {
        case .string(let text):
            Self.quoted(text)
        case .integer(let number):
            String(number)
        case .boolean(let flag):
            flag ? "true" : "false"
        case .list(let values):
            "[" + values.map { $0.canonicalJSON() }.joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
                .map { Self.quoted($0.key) + ":" + $0.value.canonicalJSON() }
                .joined(separator: ",") + "}"
        }
    }

    /// The value as JSON for people: two spaces for each level, names in their order, and on one line
    /// what holds nothing but texts, numbers and lists of them.
    public func indentedJSON(_ margin: String = "") -> String {
        let inner = margin + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            let pairs = members.map {
                Self.quoted($0.key) + ": " + $0.value.indentedJSON(inner)
            }
            guard margin.isEmpty || members.contains(where: { !$0.value.isFlat }) else {
                return "{ " + pairs.joined(separator: ", ") + " }"
            }
            return "{\n" + pairs.map { inner + $0 }.joined(separator: ",\n") + "\n\(margin)}"
        case .list(let values) where values.contains { !$0.isFlat }:
            let lines = values.map { inner + $0.indentedJSON(inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(margin)]"
        case .list(let values):
            return "[" + values.map { $0.canonicalJSON() }.joined(separator: ", ") + "]"
        case .string, .integer, .boolean, .object:
            return canonicalJSON()
        }
    }

    private var isFlat: Bool {
        switch self {
        case .string, .integer, .boolean: true
        case .list(let values): values.allSatisfy(\.isFlat)
        case .object(let members): members.isEmpty
        }
    }

    /// A text as a JSON string.
    public static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{8}": quoted += "\\b"
            case "\u{9}": quoted += "\\t"
            case "\u{A}": quoted += "\\n"
            case "\u{C}": quoted += "\\f"
            case "\u{D}": quoted += "\\r"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
