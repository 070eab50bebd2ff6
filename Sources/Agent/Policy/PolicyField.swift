import Document
import Plan

/// One field that a policy file may have. The list of all of them is the only place that says which
/// keys exist: the reader refuses any other, and docs/security.md shows it as a table.
struct PolicyField: Sendable, Equatable {
    /// Where it stands; `[]` is any position of a list.
    let path: String
    /// What it says.
    let meaning: String
    /// What holds where it is left out; nothing where it must be there.
    let absence: String?

    /// All of them, in the order of the documentation.
    static let all: [PolicyField] = [
        PolicyField(path: "apiVersion", meaning: "`\(PolicyDecoder.version)`.", absence: nil),
        PolicyField(path: "kind", meaning: "`\(PolicyDecoder.kind)`.", absence: nil),
        PolicyField(
            path: "steps[]",
            meaning: "The kinds of steps and errands that are carried out: "
                + AgentPolicy.kinds.map { "`\($0)`" }.joined(separator: ", ") + ".",
            absence: "all kinds"
        ),
        PolicyField(
            path: "artifacts[].path",
            meaning: "A path that an artifact may be placed at, absolute and compared as written.",
            absence: nil
        ),
        PolicyField(
            path: "artifacts[].sha256[]",
            meaning: "The SHA-256 of each file that may stand there: 64 lower-case digits.",
            absence: "any file"
        ),
        PolicyField(
            path: "manifests[]",
            meaning:
                "A Kubernetes object that may be applied, `KIND NAMESPACE/NAME` or `KIND NAME`.",
            absence: "any object"
        ),
    ]
}

/// The fields of policies, as the reader of objects asks for them.
struct PolicyCatalogue: FieldCatalogue {
    func keys(of path: String) -> [String] {
        var keys: [String] = []
        for field in PolicyField.all {
            let parts = field.path.split(separator: ".").map(String.init)
            for (index, part) in parts.enumerated()
            where parts[..<index].joined(separator: ".") == path {
                let key = part.replacing("[]", with: "")
                if !keys.contains(key) { keys.append(key) }
            }
        }
        return keys
    }

    func adviceForMissing(_ path: String) -> String {
        PolicyField.all.first { $0.path == path }.map { "Add it: \($0.meaning)" } ?? "Add it."
    }

    func complaint(aboutUnknown key: String, in path: String) -> PlanComplaint {
        let known = keys(of: path)
        let advice =
            Suggestion.nearest(to: key, among: known).map { "Did you mean \"\($0)\"?" }
            ?? "Possible here: \(known.joined(separator: ", "))."
        return PlanComplaint("\(Quotation.of(key)) is not a field here.", advice: advice)
    }
}
