/// How JSON writes numbers.
enum JSONNumber {
    /// Why the text is no number of RFC 8259 section 6, and what to write instead.
    static func mistake(in text: String) -> String? {
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

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
    }
}
