/// Which values a field takes, as far as they can be told one by one. The reader of plans is
/// stricter: it also knows ranges, names that are taken, and rules between fields.
public enum FieldShape: Sendable, Equatable {
    /// A text that matches a regular expression of ECMA-262, which is also one of Python and Go.
    case text(pattern: String)
    /// One of a few words.
    case word([String])
    /// A whole number, or a word that stands for one.
    case integer(ClosedRange<Int>, or: String? = nil)
    /// `true` or `false`.
    case boolean
    /// What a key of K3s' configuration takes.
    case option

    /// Any text.
    static let anyText = FieldShape.text(pattern: "")

    /// A name as `RFC1123.isLabel` takes it.
    static let label = FieldShape.text(pattern: "^\(labelPattern)$")

    /// A name as `RFC1123.isName` takes it, of at most `limit` bytes.
    static func name(limit: Int) -> FieldShape {
        .text(pattern: "^(?=.{1,\(limit)}$)\(labelPattern)(\\.\(labelPattern))*$")
    }

    /// An IPv4 address.
    static let address = FieldShape.text(pattern: "^\(addressPattern)$")

    /// A block of IPv4 addresses with a prefix in the range.
    static func block(_ prefixes: ClosedRange<Int>) -> FieldShape {
        let prefix = prefixes.map(String.init).joined(separator: "|")
        return .text(pattern: "^\(addressPattern)/(\(prefix))$")
    }

    /// A label's or a taint's key.
    static let qualifiedName = "([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
    /// A label's value; it may be empty.
    static let labelValue = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"

    /// A time as `PlanDuration` reads it.
    static let time = FieldShape.text(pattern: "^[0-9]+(ms|s|m|h)$")
    /// A URL as `ArtifactSyntax` takes it.
    static let url = FieldShape.text(pattern: "^(https?://[^/:#?]|file:///.)[!-~]*$")
    /// A SHA-256.
    static let sha256 = FieldShape.text(pattern: "^[0-9a-f]{64}$")

    private static let labelPattern = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    private static let numberPattern = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let addressPattern =
        "\(numberPattern)(\\.\(numberPattern)){3}"
}
