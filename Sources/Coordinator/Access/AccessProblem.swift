/// Why the cluster's pages cannot be set up or published as a plan says.
struct AccessProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and where.
    var what: String
    /// What to do about it.
    var advice: String

    /// Describes a problem.
    init(_ what: String, advice: String) {
        self.what = what
        self.advice = advice
    }

    var description: String { "\(what)\n  \(advice)" }
}

/// All of a plan's.
struct AccessProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    var problems: [AccessProblem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}
