import Document
import Plan

/// Data as YAML in blocks, as kubectl writes its own files.
enum KubeconfigText {
    /// The value as lines, each with a line feed.
    static func text(of content: DocumentNode.Content) -> String {
        lines(of: content, indent: 0).map { $0 + "\n" }.joined()
    }

    private static func lines(of content: DocumentNode.Content, indent: Int) -> [String] {
        let margin = String(repeating: "  ", count: indent)
        switch content {
        case .object(let members) where !members.isEmpty:
            return members.flatMap { member -> [String] in
                let key = margin + scalar(.string(member.key)) + ":"
                switch member.value.content {
                case .object(let inner) where !inner.isEmpty:
                    return [key] + lines(of: member.value.content, indent: indent + 1)
                case .list(let inner) where !inner.isEmpty:
                    return [key] + lines(of: member.value.content, indent: indent)
                case let value:
                    return [key + " " + scalar(value)]
                }
            }
        case .list(let nodes) where !nodes.isEmpty:
            return nodes.flatMap { node -> [String] in
                let inner = lines(of: node.content, indent: indent + 1)
                guard let first = inner.first else { return [] }
                return [margin + "- " + first.drop { $0 == " " }] + inner.dropFirst()
            }
        default:
            return [margin + scalar(content)]
        }
    }

    private static func scalar(_ content: DocumentNode.Content) -> String {
        switch content {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): isPlain(text) ? text : PlanValue.quoted(text)
        case .list: "[]"
        case .object: "{}"
        }
    }

    /// Whether every YAML reader takes the text as a text without quotes: a word that begins with a
    /// letter and is no word of YAML's own.
    private static func isPlain(_ text: String) -> Bool {
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        guard !words.contains(text.lowercased()) else { return false }
        return text.wholeMatch(of: /[A-Za-z][-A-Za-z0-9_.\/+=@]*(:[-A-Za-z0-9_.\/+=@]+)*/) != nil
    }
}
