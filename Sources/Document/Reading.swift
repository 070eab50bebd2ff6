public import Plan

/// Reads single values; the complaints say which type is expected.
public enum Reading {
    /// A text.
    public static func text(_ node: DocumentNode) throws(PlanComplaint) -> String {
        guard case .string(let text) = node.content else {
            throw mismatch(node, expected: "a text")
        }
        return text
    }

    /// A truth value.
    public static func boolean(_ node: DocumentNode) throws(PlanComplaint) -> Bool {
        guard case .boolean(let flag) = node.content else {
            throw mismatch(node, expected: "true or false")
        }
        return flag
    }

    /// A list's values.
    public static func list(_ node: DocumentNode) throws(PlanComplaint) -> [DocumentNode] {
        guard case .list(let nodes) = node.content else {
            throw mismatch(node, expected: "a list")
        }
        return nodes
    }

    /// A whole number within limits.
    public static func integer(
        _ range: ClosedRange<Int>
    ) -> (DocumentNode) throws(PlanComplaint) -> Int {
        { node throws(PlanComplaint) in
            guard case .number(let digits) = node.content else {
                throw mismatch(node, expected: "a number")
            }
            guard let number = Int(digits), range.contains(number) else {
                throw PlanComplaint(
                    "\(Quotation.plain(digits)) is not possible here.",
                    advice: "Write a whole number from \(range.lowerBound) to \(range.upperBound)."
                )
            }
            return number
        }
    }

    /// One of a few words.
    public static func word(_ words: [String]) -> (DocumentNode) throws(PlanComplaint) -> String {
        { node throws(PlanComplaint) in
            let text = try text(node)
            guard words.contains(text) else { throw unknownWord(text, words) }
            return text
        }
    }

    /// A word that is none of those possible.
    public static func unknownWord(_ text: String, _ words: [String]) -> PlanComplaint {
        let listed = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let advice =
            if let near = Suggestion.nearest(to: text, among: words), words.count > 1 {
                "Did you mean \"\(near)\"? Possible: \(listed)."
            } else {
                words.count == 1 ? "Write \(listed)." : "Write one of \(listed)."
            }
        return PlanComplaint("\(Quotation.of(text)) is not possible here.", advice: advice)
    }

    /// A value of the wrong type.
    public static func mismatch(_ node: DocumentNode, expected: String) -> PlanComplaint {
        let advice =
            switch (node.content, expected) {
            case (.null, _): "Leave the key out, or write a value."
            case (.number(let digits), "a text"):
                "Write it in quotes: \"\(Quotation.plain(digits))\"."
            case (.boolean(let flag), "a text"): "Write it in quotes: \"\(flag)\"."
            case (.string(let text), "a number"):
                Int(text).map { String($0) == text } == true
                    ? "Write it without quotes." : "Write a number in decimal digits alone."
            case (.string(let text), "true or false")
            where ["true", "yes", "on"].contains(text.lowercased()):
                text.lowercased() == "true" ? "Write true, without quotes." : "Write true."
            case (.string(let text), "true or false")
            where ["false", "no", "off"].contains(text.lowercased()):
                text.lowercased() == "false" ? "Write false, without quotes." : "Write false."
            case (.string, "a list"): "Put it in brackets, even if it is the only one."
            case (_, "an object"): "Write keys and their values, as {\"key\": value}."
            case (_, "a list"): "Write values in brackets, as [value, value]."
            default: "Write \(expected)."
            }
        return PlanComplaint(
            .type,
            "Here stands \(node.kind) instead of \(expected).",
            advice: advice
        )
    }
}
