/// What is wrong with one value of a plan, in words for the person who wrote it.
public struct PlanComplaint: Error, Sendable, Hashable {
    /// What sort of mistake it is; a program may count on these names.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The text is no JSON or YAML of the kind that is read.
        case syntax
        /// A field is not there and has no default.
        case missing
        /// A key names no field.
        case unknown
        /// A value has another type than its field.
        case type
        /// A value is none that its field takes.
        case value
        /// A value does not go with another one.
        case conflict
        /// A secret stands in clear.
        case secret
        /// A later release may do it; this one does not.
        case unsupported
    }

    /// What sort of mistake it is.
    public let kind: Kind
    /// What is wrong: one sentence.
    public let message: String
    /// Why, and what to write instead.
    public let advice: String

    /// Joins what is wrong and what to do.
    public init(_ kind: Kind, _ message: String, advice: String) {
        self.kind = kind
        self.message = message
        self.advice = advice
    }

    /// A value that its field does not take.
    public init(_ message: String, advice: String) {
        self.init(.value, message, advice: advice)
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
