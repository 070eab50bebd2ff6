/// What is wrong with one value of a plan, in words for the person who wrote it.
public struct PlanComplaint: Error, Sendable, Hashable {
    /// What is wrong: one sentence.
    public let message: String
    /// Why, and what to write instead.
    public let advice: String

    /// Joins the two.
    public init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }
}

/// A complaint and the value that it is about.
public struct PlanFinding: Sendable, Hashable {
    /// Where the value stands, or would stand.
    public let pointer: PlanPointer
    /// What is wrong with it.
    public let complaint: PlanComplaint

    /// Joins the two.
    public init(_ pointer: PlanPointer, _ complaint: PlanComplaint) {
        self.pointer = pointer
        self.complaint = complaint
    }
}
