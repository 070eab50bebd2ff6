import Plan

extension JSONReader {
    /// Reads a number and keeps it as it is written.
    mutating func number() throws(DocumentProblem) -> String {
        let start = position
        let bytes = take { Self.isNumeric($0) || Self.isLetter($0) }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let mistake = JSONNumber.mistake(in: text) else { return text }
        throw problem("\(Quotation.of(text)) is not a number of JSON.", mistake, at: start)
    }

    /// Reads `true`, `false` or `null`.
    mutating func word() throws(DocumentProblem) -> DocumentNode.Content {
        let start = position
        let bytes = take { Self.isNumeric($0) || Self.isLetter($0) }
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null": return .null
        default: break
        }
        let advice =
            switch text.lowercased() {
            case "true", "yes", "on": "Write true."
            case "false", "no", "off": "Write false."
            case "null", "none", "nil", "undefined": "Leave the key out."
            case "nan", "infinity": "Write a number."
            default: "Write a text in double quotes."
            }
        throw problem("\(Quotation.of(text)) is no value of JSON.", advice, at: start)
    }

    /// Whether the byte can begin a number, rightly or not.
    static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            true
        default:
            false
        }
    }

    /// Whether the byte can stand in a word of a programming language.
    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), UInt8(ascii: "$"):
            true
        default:
            false
        }
    }
}
