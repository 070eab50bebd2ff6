import Plan

extension JSONReader {
    /// Reads a number and keeps it as it is written.
    mutating func number() throws(PlanProblem) -> String {
        let start = position
        let bytes = take { Self.isNumeric($0) || Self.isLetter($0) }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let mistake = mistake(in: text) else { return text }
        throw problem("\(Quotation.of(text)) is not a number of JSON.", mistake, at: start)
    }

    /// Reads `true`, `false` or `null`.
    mutating func word() throws(PlanProblem) -> PlanNode.Content {
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

    /// Why the text is no number of RFC 8259 section 6, and what to write instead.
    private func mistake(in text: String) -> String? {
        var rest = text[...]
        if rest.first == "-" { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        if text.first == "+" { return "Write it without the \"+\"." }
        if whole.isEmpty { return "Write a digit first, as 0.5." }
        if whole.count > 1, whole.first == "0" {
            return rest.isEmpty ? "Write it without the leading zero." : "Write it as a text."
        }
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return "Write digits after the \".\"." }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if rest.first == "e" || rest.first == "E" {
            rest = rest.dropFirst()
            if rest.first == "+" || rest.first == "-" { rest = rest.dropFirst() }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return "Write digits after the \"e\"." }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty ? nil : "Write decimal digits alone, or a text in double quotes."
    }

    private func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
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
