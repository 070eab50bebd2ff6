import Plan

/// The problems found so far, shared by everything that reads one plan.
final class ProblemNotes {
    private(set) var problems: [PlanProblem]
    /// How many more there were than are kept.
    private(set) var omitted = 0

    /// How many are kept; more than will be told, for they are told in another order.
    private static let limit = 10 * PlanProblems.limit

    init(_ problems: [PlanProblem]) {
        self.problems = problems
    }

    /// Notes a problem; the complaint is not worded where there are too many already.
    func add(
        _ position: TextPosition,
        _ pointer: PlanPointer,
        _ complaint: @autoclosure () -> PlanComplaint
    ) {
        guard problems.count < Self.limit else {
            omitted += 1
            return
        }
        problems.append(PlanProblem(position, pointer, complaint()))
    }
}
