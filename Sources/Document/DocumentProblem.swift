public import Plan

/// One thing that is wrong with a text.
public struct DocumentProblem: Error, Sendable, Hashable {
    /// The line, counted from 1.
    public let line: Int
    /// The Unicode scalar in the line, counted from 1.
    public let column: Int
    /// The value it is about; the whole text where it cannot be read at all.
    public let pointer: PlanPointer
    /// What is wrong.
    public let complaint: PlanComplaint
    /// The line, as far as it can be shown; the text that the problem was read from has it.
    public internal(set) var excerpt: SourceExcerpt?

    /// The column behind what is meant, which ends on the same line.
    public var endColumn: Int { excerpt?.endColumn ?? column + 1 }
    /// What is wrong: one sentence.
    public var message: String { complaint.message }
    /// Why, and what to write instead.
    public var advice: String { complaint.advice }

    /// Joins a place and what is wrong there.
    public init(_ position: TextPosition, _ pointer: PlanPointer, _ complaint: PlanComplaint) {
        line = position.line
        column = position.column
        self.pointer = pointer
        self.complaint = complaint
    }
}

/// How much a problem counts.
public enum ProblemSeverity: String, Sendable, Equatable {
    /// The text is refused.
    case error
    /// The text is taken; its reader does not do all that it says.
    case caution
}

/// Everything that is wrong with a text, in the order of the text.
public struct DocumentProblems: Error, Sendable, Equatable {
    /// The text's name: a path, or `-`.
    public let name: String
    /// How much the problems count.
    public let severity: ProblemSeverity
    /// The problems, at most `limit` of them.
    public let problems: [DocumentProblem]
    /// How many more there are.
    public let omitted: Int

    /// How many problems are told; a text that has more is probably something else.
    public static let limit = 100

    /// Sorts problems by their places, keeps the first of them, and shows their lines.
    ///
    /// - Parameters:
    ///   - name: The text's name.
    ///   - problems: What was found.
    ///   - omitted: How many more there were.
    ///   - severity: How much they count.
    ///   - source: The text; nothing where its lines shall not be shown.
    public init(
        _ name: String,
        _ problems: some Collection<DocumentProblem>,
        omitted: Int = 0,
        severity: ProblemSeverity = .error,
        source: DocumentSource? = nil
    ) {
        let sorted = problems.sorted { left, right in
            let places = ((left.line, left.column), (right.line, right.column))
            guard places.0 == places.1 else { return places.0 < places.1 }
            guard left.pointer == right.pointer else {
                return left.pointer.tokens.lexicographicallyPrecedes(right.pointer.tokens)
            }
            return left.message < right.message
        }
        self.name = name
        self.severity = severity
        let told = Array(sorted.prefix(Self.limit))
        let excerpts = source?.excerpts(of: told) ?? told.map { _ in nil }
        self.problems = zip(told, excerpts).map { problem, excerpt in
            var problem = problem
            problem.excerpt = excerpt
            return problem
        }
        self.omitted = omitted + max(0, sorted.count - Self.limit)
    }

    /// How many there are.
    public var count: Int { problems.count + omitted }
}
