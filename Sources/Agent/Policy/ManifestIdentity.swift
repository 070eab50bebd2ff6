import Document
import Steps

/// What a Kubernetes object is, by its own words: the name that comes with it is the coordinator's.
enum ManifestIdentity {
    private static let subject = DocumentSubject(
        noun: "object",
        sizeLimit: 4 << 20,
        sizeAdvice: "",
        emptyAdvice: "",
        usualDepth: "twenty"
    )

    /// `KIND NAMESPACE/NAME`, or `KIND NAME`. Nothing where the JSON is no single object, or where
    /// readers could disagree on what it is: keys that occur twice, also in other letters' case.
    static func name(of object: KubernetesObject) -> String? {
        guard
            let tree = try? DocumentReader.read(Array(object.json.utf8), .json, subject),
            tree.problems.isEmpty, let members = members(of: tree.root),
            let kind = text(members["kind"]), let metadata = members["metadata"],
            let named = Self.members(of: metadata), let name = text(named["name"])
        else { return nil }
        guard let namespace = named["namespace"] else { return "\(kind) \(name)" }
        return text(namespace).map { "\(kind) \($0)/\(name)" }
    }

    private static func members(of node: DocumentNode) -> [String: DocumentNode]? {
        guard case .object(let members) = node.content,
            Set(members.map { $0.key.lowercased() }).count == members.count
        else { return nil }
        return Dictionary(
            members.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func text(_ node: DocumentNode?) -> String? {
        guard case .string(let text)? = node?.content, !text.isEmpty else { return nil }
        return text
    }
}
