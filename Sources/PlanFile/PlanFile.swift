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
        try plan(bytes, name: name, format: format).plan
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
        let (plan, root) = try plan(bytes, name: name, format: format)
        return PlanExplanation(plan) { root.value(at: $0) != nil }
    }

    private static let subject = DocumentSubject(
        noun: "plan",
        sizeLimit: 4 << 20,
        sizeAdvice: "Name the right file: a plan of a hundred hosts has about 30,000 bytes.",
        emptyAdvice: "Begin with one of the examples; docs/plan.md names every field.",
        usualDepth: "five"
    )

    private static func plan(
        _ bytes: [UInt8],
        name: String,
        format: DocumentFormat?
    ) throws(DocumentProblems) -> (plan: ClusterPlan, root: DocumentNode) {
        let tree: DocumentTree
        do throws(DocumentProblem) {
            let format = format ?? DocumentFormat(name: name, bytes: bytes)
            tree = try DocumentReader.read(bytes, format, subject)
        } catch {
            throw DocumentProblems(name, [error])
        }
        let (plan, notes) = PlanDecoder(tree).decode()
        guard let plan else {
            throw DocumentProblems(name, notes.problems, omitted: notes.omitted)
        }
        return (plan, tree.root)
    }
}
