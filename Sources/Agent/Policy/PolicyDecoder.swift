import Document
import Plan
import Steps

/// Turns a policy's text into a policy, or says everything that is wrong with it.
enum PolicyDecoder {
    static let version = "isthmus/v1alpha1"
    static let kind = "AgentPolicy"

    static let subject = DocumentSubject(
        noun: "policy",
        sizeLimit: 256 << 10,
        sizeAdvice: "Name the right file: a policy has some thousand bytes.",
        emptyAdvice:
            "Begin with \"apiVersion: \(version)\" and \"kind: \(kind)\", or remove the file"
            + " to allow everything.",
        usualDepth: "four"
    )

    /// Reads a policy; `file` is what messages call it.
    static func decode(
        _ bytes: [UInt8],
        file: String
    ) throws(DocumentProblems) -> AgentPolicy {
        let tree: DocumentTree
        do throws(DocumentProblem) {
            tree = try DocumentReader.read(bytes, .yaml, subject)
        } catch {
            throw DocumentProblems(file, [error])
        }
        let notes = ProblemNotes(tree.problems)
        let root = ObjectReader(root: tree.root, notes: notes, catalogue: PolicyCatalogue())
        _ = root.required("apiVersion", Reading.word([version]))
        _ = root.required("kind", Reading.word([kind]))
        let policy = AgentPolicy(
            file: file,
            steps: texts(root, "steps", step).map { Set($0) },
            artifacts: root.has("artifacts") ? root.objects("artifacts").compactMap(rule) : nil,
            manifests: texts(root, "manifests", object).map { Set($0) }
        )
        guard notes.problems.isEmpty else {
            throw DocumentProblems(file, notes.problems, omitted: notes.omitted)
        }
        return policy
    }

    /// The list under a key; nothing where there is no key.
    private static func texts(
        _ reader: ObjectReader,
        _ key: String,
        _ check: (String) throws(PlanComplaint) -> String
    ) -> [String]? {
        guard reader.has(key) else { return nil }
        return reader.texts(key, default: [], check)
    }

    private static func rule(_ reader: ObjectReader) -> AgentPolicy.ArtifactRule? {
        let path = reader.required("path", path)
        let hashes = texts(reader, "sha256") { text throws(PlanComplaint) in
            try ArtifactSyntax.sha256(text)
            return text
        }
        return path.map { AgentPolicy.ArtifactRule(path: $0, sha256: hashes.map { Set($0) }) }
    }

    private static func step(_ text: String) throws(PlanComplaint) -> String {
        guard AgentPolicy.kinds.contains(text) else {
            throw Reading.unknownWord(text, AgentPolicy.kinds)
        }
        return text
    }

    private static func path(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard text.hasPrefix("/"), !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a path for this.",
                advice: "Write the whole path of a file, without \".\", \"..\" or \"//\" in it, as"
                    + " \"/usr/local/bin/k3s\"."
            )
        }
        return text
    }

    private static func object(_ text: String) throws(PlanComplaint) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let names = words.dropFirst().first?.split(
            separator: "/",
            omittingEmptySubsequences: false
        )
        guard words.count == 2, words.first?.isEmpty == false, let names,
            (1...2).contains(names.count), !names.contains("")
        else {
            throw PlanComplaint(
                "\(Quotation.of(text)) names no object.",
                advice: "Write \"KIND NAMESPACE/NAME\" or \"KIND NAME\", as"
                    + " \"DaemonSet kube-system/kilo\"."
            )
        }
        return text
    }
}
