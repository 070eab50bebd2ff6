public import Document
public import Plan

/// Reads plans.
public enum PlanFile {
    /// Reads a plan and checks it.
    ///
    /// - Parameters:
    ///   - bytes: The plan's text, at most 4 MiB.
    ///   - name: What messages call the text: its path, or `-`. Its ending chooses the format.
    ///   - format: The format, where the name shall not choose it.
    /// - Returns: The plan, with every default filled in and every rule kept.
    /// - Throws: Every problem that the text has.
    public static func read(
        _ bytes: [UInt8],
        name: String,
        format: DocumentFormat? = nil
    ) throws(DocumentProblems) -> ClusterPlan {
        try PlanText(bytes, name: name, format: format).plan
    }

    /// Reads a plan, checks it, and says which of its values are defaults, and why.
    ///
    /// - Parameters:
    ///   - bytes: The plan's text, at most 4 MiB.
    ///   - name: What messages call the text: its path, or `-`. Its ending chooses the format.
    ///   - format: The format, where the name shall not choose it.
    /// - Returns: The plan's explanation.
    /// - Throws: Every problem that the text has.
    public static func explain(
        _ bytes: [UInt8],
        name: String,
        format: DocumentFormat? = nil
    ) throws(DocumentProblems) -> PlanExplanation {
        try PlanText(bytes, name: name, format: format).explanation
    }
}
