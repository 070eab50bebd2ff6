import Plan

extension DocumentProblems {
    /// The problems for people: what and where on the first line of each, then the line itself with
    /// a mark under the place, the value's pointer and the advice, and their number at the end.
    ///
    /// - Parameter color: Whether the text is for a terminal that shows colours.
    /// - Returns: Lines, each with a line feed.
    public func rendered(color: Bool) -> String {
        let paint = Paint(color: color, severity: severity)
        return problems.map { rendered($0, paint) }.joined() + sum
    }

    private func rendered(_ problem: DocumentProblem, _ paint: Paint) -> String {
        let place = "\(Quotation.plain(name, limit: 4096)):\(problem.line):\(problem.column):"
        let word = severity == .caution ? "caution: " : ""
        var lines = [paint.strong(place) + " " + paint.loud(word + problem.message)]
        if let excerpt = problem.excerpt {
            let number = String(problem.line)
            let margin = String(repeating: " ", count: number.count)
            lines.append("    " + paint.faint(number + " | ") + excerpt.text)
            lines.append("    " + paint.faint(margin + " | ") + paint.loud(excerpt.mark))
        }
        if !problem.pointer.tokens.isEmpty {
            let pointer = Quotation.plain(problem.pointer.description, limit: 240)
            lines.append("    " + paint.faint("at " + pointer))
        }
        lines.append("    " + problem.advice)
        return lines.map { $0 + "\n" }.joined()
    }

    private var sum: String {
        let noun = severity == .caution ? "caution" : "problem"
        let counted = count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
        return counted + (omitted > 0 ? ", of which the first \(Self.limit) are shown.\n" : ".\n")
    }

    /// ECMA-48's colours, or none.
    private struct Paint {
        let color: Bool
        let severity: ProblemSeverity

        func strong(_ text: String) -> String { painted(text, 1) }
        func faint(_ text: String) -> String { painted(text, 2) }
        /// Red, or yellow for what is no mistake.
        func loud(_ text: String) -> String { painted(text, severity == .error ? 31 : 33) }

        private func painted(_ text: String, _ parameter: Int) -> String {
            color ? "\u{1B}[\(parameter)m\(text)\u{1B}[0m" : text
        }
    }
}
