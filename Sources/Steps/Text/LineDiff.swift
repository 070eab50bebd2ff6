/// The difference of two texts in unified form, for people.
public enum LineDiff {
    /// Lines around a difference that are shown with it.
    private static let context = 3

    /// Hunks of `@@`, ` `, `-` and `+` lines; empty where the texts have the same lines.
    public static func unified(from before: String, to after: String) -> [String] {
        let lines = edits(lines(of: before), lines(of: after))
        var hunks: [String] = []
        var index = 0
        while let first = lines[index...].firstIndex(where: { $0.kind != .same }) {
            let start = max(index, first - context)
            var end = first
            var quiet = 0
            while end < lines.count, quiet <= 2 * context {
                quiet = lines[end].kind == .same ? quiet + 1 : 0
                end += 1
            }
            end -= max(0, quiet - context)
            hunks += hunk(lines[start..<end])
            index = end
        }
        return hunks
    }

    private struct Line {
        enum Kind: String {
            case same = " "
            case removed = "-"
            case added = "+"
        }
        var kind: Kind
        var text: Substring
        /// How many lines of each text stand before this one.
        var before: Int
        var after: Int
    }

    /// A text's lines; the newline that ends the last one begins no further line.
    private static func lines(of text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func edits(_ before: [Substring], _ after: [Substring]) -> [Line] {
        let difference = after.difference(from: before)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var old = 0
        var new = 0
        while old < before.count || new < after.count {
            if removed.contains(old) {
                lines.append(Line(kind: .removed, text: before[old], before: old, after: new))
                old += 1
            } else if added.contains(new) {
                lines.append(Line(kind: .added, text: after[new], before: old, after: new))
                new += 1
            } else {
                lines.append(Line(kind: .same, text: before[old], before: old, after: new))
                old += 1
                new += 1
            }
        }
        return lines
    }

    private static func hunk(_ lines: ArraySlice<Line>) -> [String] {
        guard let first = lines.first else { return [] }
        let old = lines.count { $0.kind != .added }
        let new = lines.count { $0.kind != .removed }
        let from = range(start: first.before, count: old)
        let to = range(start: first.after, count: new)
        return ["@@ -\(from) +\(to) @@"] + lines.map { $0.kind.rawValue + $0.text }
    }

    /// As diff writes it: an empty range names the line before it.
    private static func range(start: Int, count: Int) -> String {
        "\(count == 0 ? start : start + 1),\(count)"
    }
}
