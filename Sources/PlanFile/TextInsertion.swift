import Document
import Plan

/// Adds one text to a plan's file where it does not stand yet, in the way in which what is around it
/// is written. Whoever uses it reads the result again: it is a guess about layout, not about meaning.
struct TextInsertion {
    private(set) var bytes: [UInt8]
    private let root: DocumentNode
    private let format: DocumentFormat
    /// The offset of each line's first byte.
    private let lineStarts: [Int]

    init(_ text: PlanText) {
        bytes = text.bytes
        root = text.root
        format = text.format
        lineStarts =
            [0]
            + text.bytes.indices.filter { text.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    /// Adds the text, with the objects around it that are missing.
    ///
    /// - Returns: Whether there was a place for it.
    mutating func add(_ text: String, at pointer: PlanPointer) -> Bool {
        var node = root
        var path = pointer.tokens[...]
        while let key = path.first, path.count > 1, let member = node.member(key) {
            node = member.value
            path = path.dropFirst()
        }
        guard case .object(let members) = node.content, let start = offset(of: node.position) else {
            return false
        }
        let addition = Addition(keys: Array(path), text: text)
        if bytes.indices.contains(start), bytes[start] == UInt8(ascii: "{") {
            return format == .json
                ? append(addition, to: members, openedAt: start)
                : insert(addition, into: members, openedAt: start)
        }
        guard let first = members.first else { return false }
        return node.position == root.position
            ? appendLines(addition, column: first.keyPosition.column)
            : insertLines(addition, before: first.keyPosition)
    }

    // MARK: JSON

    /// After the last member, on a line of its own where that one has one.
    private mutating func append(
        _ addition: Addition,
        to members: [DocumentMember],
        openedAt start: Int
    ) -> Bool {
        guard let last = members.last else {
            splice(" " + addition.flow(quoted: true) + " ", at: start + 1)
            return true
        }
        guard let key = offset(of: last.keyPosition), let value = offset(of: last.value.position)
        else { return false }
        let end = endOfJSONValue(from: value)
        guard let margin = margin(before: key) else {
            splice(", " + addition.flow(quoted: true), at: end)
            return true
        }
        splice("," + newline + addition.indented(margin, newline), at: end)
        return true
    }

    /// Behind the value that begins at an offset; the text is known to be JSON.
    private func endOfJSONValue(from start: Int) -> Int {
        var (index, depth, isText) = (start, 0, false)
        while index < bytes.count {
            let byte = bytes[index]
            if isText {
                if byte == UInt8(ascii: "\\") { index += 1 }
                if byte == UInt8(ascii: "\"") { isText = false }
                if !isText, depth == 0 { return min(index + 1, bytes.count) }
            } else if byte == UInt8(ascii: "\"") {
                isText = true
            } else if "{[".utf8.contains(byte) {
                depth += 1
            } else if "}]".utf8.contains(byte) {
                // The end of what is around a number or a word.
                guard depth > 0 else { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            } else if depth == 0, ", \t\r\n".utf8.contains(byte) {
                return index
            }
            index += 1
        }
        return bytes.count
    }

    // MARK: YAML

    /// Right behind the bracket of a mapping in YAML's flow style.
    private mutating func insert(
        _ addition: Addition,
        into members: [DocumentMember],
        openedAt start: Int
    ) -> Bool {
        let text = addition.flow(quoted: false)
        let isSpaced = bytes.indices.contains(start + 1) && bytes[start + 1] == UInt8(ascii: " ")
        splice(
            members.isEmpty
                ? " \(text) " : isSpaced ? " \(text)," : "\(text), ",
            at: start + 1
        )
        return true
    }

    /// On lines before the first key of a mapping in block style.
    private mutating func insertLines(_ addition: Addition, before key: TextPosition) -> Bool {
        guard let place = offset(of: key), let margin = margin(before: place) else { return false }
        splice(addition.block(margin, newline), at: place - margin.utf8.count)
        return true
    }

    /// On lines behind everything.
    private mutating func appendLines(_ addition: Addition, column: Int) -> Bool {
        let margin = String(repeating: " ", count: column - 1)
        let gap = bytes.last == UInt8(ascii: "\n") ? "" : newline
        splice(gap + addition.block(margin, newline), at: bytes.count)
        return true
    }

    // MARK: Places

    private func offset(of position: TextPosition) -> Int? {
        guard lineStarts.indices.contains(position.line - 1) else { return nil }
        var offset = lineStarts[position.line - 1]
        for _ in 1..<position.column {
            guard offset < bytes.count else { return nil }
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
        }
        return offset
    }

    /// What stands before a place on its line; nothing where that is more than spaces.
    private func margin(before offset: Int) -> String? {
        let start = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let margin = bytes[start..<offset]
        guard start > 0, margin.allSatisfy({ " \t".utf8.contains($0) }) else { return nil }
        return String(decoding: margin, as: UTF8.self)
    }

    /// How the file ends its lines.
    private var newline: String {
        let first = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
        return first > 0 && bytes[first - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
    }

    private mutating func splice(_ text: String, at offset: Int) {
        bytes.insert(contentsOf: Array(text.utf8), at: offset)
    }
}

/// Keys, each inside the one before it, and the text under the last.
private struct Addition {
    let keys: [String]
    let text: String

    /// On one line.
    func flow(quoted: Bool) -> String {
        let opened = keys.map { (quoted ? PlanValue.quoted($0) : $0) + ": " }
        return opened.joined(separator: "{ ") + PlanValue.quoted(text)
            + String(repeating: " }", count: keys.count - 1)
    }

    /// As JSON: a line for each key but the last two, which share one.
    func indented(_ margin: String, _ newline: String) -> String {
        guard keys.count > 2, let key = keys.first else { return margin + flow(quoted: true) }
        let inner = Addition(keys: Array(keys.dropFirst()), text: text)
        return margin + PlanValue.quoted(key) + ": {" + newline
            + inner.indented(margin + "  ", newline) + newline + margin + "}"
    }

    /// As YAML's block style: a line for each key.
    func block(_ margin: String, _ newline: String) -> String {
        let lines = keys.enumerated().map { index, key in
            let value = index == keys.count - 1 ? " " + PlanValue.quoted(text) : ""
            return margin + String(repeating: "  ", count: index) + key + ":" + value
        }
        return lines.map { $0 + newline }.joined()
    }
}
