import Plan

/// The problems found so far, shared by everything that reads one plan.
final class ProblemNotes {
    private(set) var problems: [PlanProblem]

    init(_ problems: [PlanProblem]) {
        self.problems = problems
    }

    func add(_ position: TextPosition, _ pointer: PlanPointer, _ complaint: PlanComplaint) {
        problems.append(PlanProblem(position, pointer, complaint))
    }
}
