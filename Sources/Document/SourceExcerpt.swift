import Plan

/// A line of a text with a mark under one place, fit for a terminal.
public struct SourceExcerpt: Sendable, Hashable {
    /// As much of the line as is shown; nothing in it can drive a terminal.
    public let text: String
    /// Spaces up to the place, then `^` and `~` under what is meant.
    public let mark: String
    /// The column behind what is meant, counted from 1 in the whole line.
    public let endColumn: Int

    /// Unicode scalars of a line that are shown, and how many of them stand before the place.
    private static let window = (width: 96, before: 64)

    /// Shows a place in a line.
    ///
    /// - Parameters:
    ///   - line: The line's scalars, without its line feed.
    ///   - column: The place, counted from 1; it may stand right behind the line.
    ///   - hidden: Parts of the line that nobody may see, counted from 0.
    init(_ line: [Unicode.Scalar], column: Int, hidden: [Range<Int>]) {
        let place = min(max(0, column - 1), line.count)
        let behind = Self.endOfToken(line, at: place)
        let first = line.count <= Self.window.width ? 0 : max(0, place - Self.window.before)
        let last = min(line.count, first + Self.window.width)
        var text = first > 0 ? "…" : ""
        var (spaces, marks) = (first > 0 ? 1 : 0, 0)
        for index in first..<last {
            let piece = Self.shown(line[index], at: index, hidden, isFirst: index == first)
            text += piece.text
            if index < place { spaces += piece.columns }
            if index >= place, index < behind { marks += piece.columns }
        }
        if last < line.count { text += "…" }
        // The beginning of the line is not what the mark is about.
        let indent = first == 0 ? text.prefix { $0 == " " }.count : 0
        let cut = min(indent, spaces)
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        self.text = String(text[..<end].dropFirst(cut))
        mark =
            String(repeating: " ", count: spaces - cut) + "^"
            + String(repeating: "~", count: max(0, marks - 1))
        endColumn = max(behind, place + 1) + 1
    }

    /// Where a quoted text, a word or a sign ends.
    private static func endOfToken(_ line: [Unicode.Scalar], at place: Int) -> Int {
        guard place < line.count else { return place }
        if line[place] == "\"" || line[place] == "'" {
            var index = place + 1
            while index < line.count, line[index] != line[place] {
                index += line[index] == "\\" ? 2 : 1
            }
            return min(line.count, index + 1)
        }
        let ends = " \t,:[]{}#\"".unicodeScalars
        let end = line[place...].firstIndex { ends.contains($0) } ?? line.count
        return max(end, place + 1)
    }

    private static func shown(
        _ scalar: Unicode.Scalar,
        at index: Int,
        _ hidden: [Range<Int>],
        isFirst: Bool
    ) -> (text: String, columns: Int) {
        if let range = hidden.first(where: { $0.contains(index) }) {
            let word = "<redacted>"
            return range.lowerBound == index || isFirst ? (word, word.count) : ("", 0)
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
            .surrogate:
            return (" ", 1)
        case .nonspacingMark, .enclosingMark:
            return (String(scalar), 0)
        default:
            return (String(scalar), isWide(scalar) ? 2 : 1)
        }
    }

    /// East Asian Wide and Fullwidth, by Unicode's annex 11, in whole blocks, and emoji.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation
            || wideRanges.contains { $0.contains(scalar.value) }
    }

    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
    ]
}
