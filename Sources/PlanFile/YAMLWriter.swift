import Document
import Plan

/// Writes values as YAML, with comments behind some of them.
struct YAMLWriter {
    /// Comments by the value they stand behind.
    let comments: [PlanPointer: String]
    /// The column from which comments stand, where the line leaves room.
    private let commentColumn = 44

    /// The value as lines, each with a line feed.
    func text(of value: PlanValue) -> String {
        lines(of: value, at: .root, indent: 0).map { $0 + "\n" }.joined()
    }

    private func lines(of value: PlanValue, at pointer: PlanPointer, indent: Int) -> [String] {
        switch value {
        case .object(let members) where !members.isEmpty:
            members.flatMap { lines(of: $0, at: pointer.key($0.key), indent: indent) }
        case .list(let values) where values.contains { !$0.isText }:
            values.enumerated().flatMap { index, value in
                entry(lines(of: value, at: pointer.index(index), indent: indent + 1), indent)
            }
        default:
            [margin(indent) + scalar(value)]
        }
    }

    private func lines(
        of member: PlanValue.Member,
        at pointer: PlanPointer,
        indent: Int
    ) -> [String] {
        let key = margin(indent) + plainOrQuoted(member.key) + ":"
        switch member.value {
        case .object(let members) where !members.isEmpty:
            return [key] + lines(of: member.value, at: pointer, indent: indent + 1)
        case .list(let values) where values.contains { !$0.isText }:
            return [key] + lines(of: member.value, at: pointer, indent: indent + 1)
        default:
            let line = key + " " + scalar(member.value)
            guard let comment = comments[pointer] else { return [line] }
            let gap = max(2, commentColumn - line.count)
            return [line + String(repeating: " ", count: gap) + "# " + comment]
        }
    }

    /// Puts a dash before the first line of a list's entry.
    private func entry(_ lines: [String], _ indent: Int) -> [String] {
        guard let first = lines.first else { return [] }
        return [margin(indent) + "- " + first.drop { $0 == " " }] + lines.dropFirst()
    }

    private func margin(_ indent: Int) -> String {
        String(repeating: "  ", count: indent)
    }

    private func scalar(_ value: PlanValue) -> String {
        switch value {
        case .string(let text): plainOrQuoted(text)
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .list(let values): "[" + values.map(scalar).joined(separator: ", ") + "]"
        case .object: "{}"
        }
    }

    private func plainOrQuoted(_ text: String) -> String {
        guard case .string = YAMLScalar.content(text), isPlain(text) else {
            return PlanValue.quoted(text)
        }
        return text
    }

    /// Whether every YAML reader takes the text as a text without quotes.
    private func isPlain(_ text: String) -> Bool {
        let confusing = ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return !confusing
            && text.wholeMatch(
                of:
                    /[A-Za-z][-A-Za-z0-9_.\/+:=]*[A-Za-z0-9]|[A-Za-z]|[0-9.]+(\.[0-9.]+){2}(\/[0-9]+)?|[0-9]+[smh]/
            )
                != nil
    }
}
