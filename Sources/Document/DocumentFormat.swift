/// How a text is written down.
public enum DocumentFormat: String, Sendable, CaseIterable {
    /// RFC 8259.
    case json
    /// YAML 1.2 as far as JSON has the same values.
    case yaml

    /// Chooses by the name's ending, or else by the text's first character that is no space.
    public init(name: String, bytes: [UInt8]) {
        let ending = name.lowercased().split(separator: ".").last
        switch ending {
        case "json":
            self = .json
        case "yaml", "yml":
            self = .yaml
        default:
            let first = bytes.first { !" \t\r\n".utf8.contains($0) }
            self = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .yaml
        }
    }
}
