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
        format: PlanFormat? = nil
    ) throws(PlanProblems) -> ClusterPlan {
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
        format: PlanFormat? = nil
    ) throws(PlanProblems) -> PlanExplanation {
        let (plan, root) = try plan(bytes, name: name, format: format)
        return PlanExplanation(plan) { root.value(at: $0) != nil }
    }

    private static func plan(
        _ bytes: [UInt8],
        name: String,
        format: PlanFormat?
    ) throws(PlanProblems) -> (plan: ClusterPlan, root: PlanNode) {
        let tree: PlanTree
        do throws(PlanProblem) {
            let text = try PlanText.check(bytes)
            tree =
                switch format ?? PlanFormat(name: name, bytes: bytes) {
                case .json: try JSONReader.read(bytes)
                case .yaml: try YAMLReader.read(text)
                }
        } catch {
            throw PlanProblems(name, [error])
        }
        let (plan, notes) = PlanDecoder(tree).decode()
        guard let plan else {
            throw PlanProblems(name, notes.problems, omitted: notes.omitted)
        }
        return (plan, tree.root)
    }
}
