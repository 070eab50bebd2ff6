public import Plan

/// One thing that is wrong with a text.
public struct DocumentProblem: Error, Sendable, Hashable {
    /// The line, counted from 1.
    public let line: Int
    /// The Unicode scalar in the line, counted from 1.
    public let column: Int
    /// The value it is about; the whole text where it cannot be read at all.
    public let pointer: PlanPointer
    /// What is wrong: one sentence.
    public let message: String
    /// Why, and what to write instead.
    public let advice: String

    /// Joins a place and what is wrong there.
    public init(_ position: TextPosition, _ pointer: PlanPointer, _ complaint: PlanComplaint) {
        line = position.line
        column = position.column
        self.pointer = pointer
        message = complaint.message
        advice = complaint.advice
    }
}

/// Everything that is wrong with a text; at least one problem, in the order of the text.
public struct DocumentProblems: Error, Sendable, Equatable {
    /// The text's name: a path, or `-`.
    public let name: String
    /// The problems, at most `limit` of them.
    public let problems: [DocumentProblem]
    /// How many more there are.
    public let omitted: Int

    /// How many problems are told; a text that has more is probably something else.
    public static let limit = 100

    /// Sorts problems by their places, and keeps the first of them.
    public init(_ name: String, _ problems: some Collection<DocumentProblem>, omitted: Int = 0) {
        let sorted = problems.sorted { left, right in
            let places = ((left.line, left.column), (right.line, right.column))
            guard places.0 == places.1 else { return places.0 < places.1 }
            return left.pointer.tokens.lexicographicallyPrecedes(right.pointer.tokens)
        }
        self.name = name
        self.problems = Array(sorted.prefix(Self.limit))
        self.omitted = omitted + max(0, sorted.count - Self.limit)
    }

    /// The problems for people: what and where on the first line of each, the value's pointer and
    /// the advice on the lines under it, and their number at the end.
    ///
    /// - Parameter color: Whether the text is for a terminal that shows colours.
    /// - Returns: Lines, each with a line feed.
    public func rendered(color: Bool) -> String {
        let bold = color ? "\u{1B}[1m" : ""
        let red = color ? "\u{1B}[31m" : ""
        let faint = color ? "\u{1B}[2m" : ""
        let plain = color ? "\u{1B}[0m" : ""
        var text = ""
        for problem in problems {
            let place = "\(Quotation.plain(name, limit: 4096)):\(problem.line):\(problem.column):"
            text += "\(bold)\(place)\(plain) \(red)\(problem.message)\(plain)\n"
            if !problem.pointer.tokens.isEmpty {
                let pointer = Quotation.plain(problem.pointer.description, limit: 240)
                text += "    \(faint)at \(pointer)\(plain)\n"
            }
            text += "    \(problem.advice)\n"
        }
        let count = problems.count + omitted
        text += count == 1 ? "1 problem" : "\(count) problems"
        return text + (omitted > 0 ? ", of which the first \(Self.limit) are shown.\n" : ".\n")
    }
}
