public import Document
public import Plan

/// A plan and the text that it was read from.
public struct PlanText: Sendable {
    /// The plan, with every default filled in and every rule kept.
    public let plan: ClusterPlan
    /// The text.
    public let bytes: [UInt8]
    /// How it is written.
    public let format: DocumentFormat
    /// What messages call it.
    public let name: String
    let root: DocumentNode

    /// Reads a plan and checks it.
    ///
    /// - Parameters:
    ///   - bytes: The plan's text, at most 4 MiB.
    ///   - name: What messages call the text: its path, or `-`. Its ending chooses the format.
    ///   - format: The format, where the name shall not choose it.
    /// - Throws: Every problem that the text has.
    public init(
        _ bytes: [UInt8],
        name: String,
        format: DocumentFormat? = nil
    ) throws(DocumentProblems) {
        let format = format ?? DocumentFormat(name: name, bytes: bytes)
        let tree: DocumentTree
        do throws(DocumentProblem) {
            tree = try DocumentReader.read(bytes, format, Self.subject)
        } catch {
            let isText = bytes.count <= Self.subject.sizeLimit
            throw DocumentProblems(
                name,
                [error],
                source: isText ? DocumentSource(unread: bytes) : nil
            )
        }
        let (plan, notes) = PlanDecoder(tree).decode()
        guard let plan else {
            throw DocumentProblems(
                name,
                notes.problems,
                omitted: notes.omitted,
                source: DocumentSource(
                    bytes,
                    tree.root,
                    PlanCatalogue(),
                    secrets: Set(
                        notes.problems.filter { $0.complaint.kind == .secret }.map(\.pointer)
                    )
                )
            )
        }
        self.plan = plan
        self.bytes = bytes
        self.format = format
        self.name = name
        root = tree.root
    }

    /// Which of the plan's values are defaults, and why.
    public var explanation: PlanExplanation {
        PlanExplanation(plan) { root.value(at: $0) != nil }
    }

    /// What the plan asks for and this release does not carry out, where it stands in the text.
    public var cautions: DocumentProblems {
        let cautions = plan.cautions.map { caution in
            let (message, advice) = caution.sentences
            return DocumentProblem(
                root.keyPosition(of: caution.pointer),
                caution.pointer,
                PlanComplaint(.unsupported, message, advice: advice)
            )
        }
        return DocumentProblems(
            name,
            cautions,
            severity: .caution,
            source: DocumentSource(bytes, root, PlanCatalogue(), secrets: [])
        )
    }

    private static let subject = DocumentSubject(
        noun: "plan",
        sizeLimit: 4 << 20,
        sizeAdvice: "Name the right file: a plan of a hundred hosts has about 30,000 bytes.",
        emptyAdvice:
            "Begin with one of the examples, or with `coordinator plan init`; docs/plan.md "
            + "names every field.",
        usualDepth: "five"
    )
}
