public import Plan

/// The problems found so far, shared by everything that reads one text.
public final class ProblemNotes {
    /// What is kept.
    public private(set) var problems: [DocumentProblem]
    /// How many more there were than are kept.
    public private(set) var omitted = 0

    /// How many are kept; more than will be told, for they are told in another order.
    private static let limit = 10 * DocumentProblems.limit

    /// Begins with what reading the syntax found.
    public init(_ problems: [DocumentProblem]) {
        self.problems = problems
    }

    /// Notes a problem; the complaint is not worded where there are too many already.
    public func add(
        _ position: TextPosition,
        _ pointer: PlanPointer,
        _ complaint: @autoclosure () -> PlanComplaint
    ) {
        guard problems.count < Self.limit else {
            omitted += 1
            return
        }
        problems.append(DocumentProblem(position, pointer, complaint()))
    }
}
