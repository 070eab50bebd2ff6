import Plan

/// A strict reader of JSON (RFC 8259). It stops at the first mistake of syntax, for nothing after
/// it could be trusted; keys that occur twice it notes and reads on.
struct JSONReader {
    private let bytes: [UInt8]
    let noun: String
    private let usualDepth: String
    private var offset = 0
    private var line = 1
    /// The offset of the line's first byte.
    private var lineStart = 0
    /// How many bytes of the line, up to here, continue a UTF-8 sequence.
    private var continuations = 0

    /// The way to the value that is being read.
    private var tokens: [String] = []
    /// The brackets that are open around it.
    private var open: [(bracket: Character, position: TextPosition)] = []
    private var problems: [DocumentProblem] = []

    /// Reads a text that `DocumentText` has checked.
    static func read(
        _ bytes: [UInt8],
        _ subject: DocumentSubject
    ) throws(DocumentProblem) -> DocumentTree {
        var reader = JSONReader(bytes, subject)
        let root = try reader.value()
        try reader.skipSpace()
        guard reader.peek == nil else {
            throw reader.problem(
                "Something follows the end of the \(reader.noun).",
                "Remove it: a file holds one \(reader.noun)."
            )
        }
        return DocumentTree(root: root, problems: reader.problems)
    }

    private init(_ bytes: [UInt8], _ subject: DocumentSubject) {
        self.bytes = bytes
        noun = subject.noun
        usualDepth = subject.usualDepth
    }

    // MARK: Moving through the text

    /// The next byte, if there is one.
    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// Where the next byte stands.
    var position: TextPosition {
        TextPosition(line: line, column: offset - lineStart - continuations + 1)
    }

    /// Goes on by one byte that is no line feed.
    mutating func advance() {
        if let byte = peek, byte & 0xC0 == 0x80 { continuations += 1 }
        offset += 1
    }

    /// Takes the bytes up to the first that does not match; none of them may be a line feed.
    mutating func take(while matches: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = offset
        while let byte = peek, matches(byte) { advance() }
        return bytes[start..<offset]
    }

    private mutating func skipSpace() throws(DocumentProblem) {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\n"):
                offset += 1
                line += 1
                lineStart = offset
                continuations = 0
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                offset += 1
            case UInt8(ascii: "/"), UInt8(ascii: "#"):
                throw problem(
                    "JSON has no comments.",
                    "Remove it, or write the \(noun) as YAML, where \"#\" begins a comment."
                )
            default:
                return
            }
        }
    }

    /// A problem at a place, by default at the next byte.
    func problem(
        _ message: String,
        _ advice: String,
        at place: TextPosition? = nil
    ) -> DocumentProblem {
        DocumentProblem(
            place ?? position,
            PlanPointer(tokens),
            PlanComplaint(.syntax, message, advice: advice)
        )
    }

    /// The next byte is not what should stand here.
    func unexpected(expected: String) -> DocumentProblem {
        guard let byte = peek else { return ended() }
        if byte == UInt8(ascii: "'") {
            return problem("A text stands in single quotes.", "Write double quotes.")
        }
        let end = bytes[offset...].dropFirst().firstIndex { $0 & 0xC0 != 0x80 } ?? bytes.endIndex
        let found = Quotation.of(String(decoding: bytes[offset..<end], as: UTF8.self))
        return problem("Here stands \(found) instead of \(expected).", adviceForStructure)
    }

    /// Whether a value begins with the next byte.
    private var beginsValue: Bool {
        guard let byte = peek else { return false }
        return "{[\"".utf8.contains(byte) || Self.isNumeric(byte) || Self.isLetter(byte)
    }

    private var adviceForStructure: String {
        guard let around = open.last else {
            return "A \(noun) is one object: it begins with \"{\" and ends with \"}\"."
        }
        return "The \"\(around.bracket)\" around it opens at \(around.position.line):"
            + "\(around.position.column); look for a missing comma, quote or bracket."
    }

    private func ended() -> DocumentProblem {
        guard let around = open.last else {
            return problem("The text ends before the \(noun) does.", adviceForStructure)
        }
        let place = "\(around.position.line):\(around.position.column)"
        return problem(
            "The text ends inside the \"\(around.bracket)\" that opens at \(place).",
            "Close it; if something is missing, save the whole file again."
        )
    }

    // MARK: Values

    private mutating func value() throws(DocumentProblem) -> DocumentNode {
        try skipSpace()
        let start = position
        switch peek {
        case UInt8(ascii: "{"):
            return DocumentNode(position: start, content: .object(try object()))
        case UInt8(ascii: "["):
            return DocumentNode(position: start, content: .list(try list()))
        case UInt8(ascii: "\""):
            return DocumentNode(position: start, content: .string(try string()))
        case let byte? where Self.isNumeric(byte):
            return DocumentNode(position: start, content: .number(try number()))
        case let byte? where Self.isLetter(byte):
            return DocumentNode(position: start, content: try word())
        default:
            throw unexpected(expected: "a value")
        }
    }

    private mutating func object() throws(DocumentProblem) -> [DocumentMember] {
        try enter("{")
        var members: [DocumentMember] = []
        var keys: Set<String> = []
        while try !closes(UInt8(ascii: "}"), afterFirst: !members.isEmpty) {
            let keyPosition = position
            let key = try self.key()
            tokens.append(key)
            if !keys.insert(key).inserted, problems.count <= DocumentProblems.limit {
                problems.append(
                    problem(
                        "The key \(Quotation.of(key)) stands here a second time.",
                        "Remove one of the two: readers disagree on which counts.",
                        at: keyPosition
                    )
                )
            }
            try skipSpace()
            guard peek == UInt8(ascii: ":") else {
                throw unexpected(expected: "the \":\" after a key")
            }
            advance()
            members.append(DocumentMember(key: key, keyPosition: keyPosition, value: try value()))
            tokens.removeLast()
        }
        return members
    }

    private mutating func key() throws(DocumentProblem) -> String {
        if let byte = peek, Self.isLetter(byte) {
            throw problem("A key stands without quotes.", "Write it in double quotes.")
        }
        guard peek == UInt8(ascii: "\"") else { throw unexpected(expected: "a key") }
        return try string()
    }

    private mutating func list() throws(DocumentProblem) -> [DocumentNode] {
        try enter("[")
        var values: [DocumentNode] = []
        while try !closes(UInt8(ascii: "]"), afterFirst: !values.isEmpty) {
            tokens.append(String(values.count))
            values.append(try value())
            tokens.removeLast()
        }
        return values
    }

    private mutating func enter(_ bracket: Character) throws(DocumentProblem) {
        guard open.count < DocumentTree.depthLimit else {
            throw problem(
                "More than \(DocumentTree.depthLimit) brackets stand within one another.",
                "A \(noun) needs no more than \(usualDepth): look for one that is not closed."
            )
        }
        open.append((bracket, position))
        advance()
    }

    /// Takes the closing bracket, or the comma before a further value and the space behind it.
    private mutating func closes(
        _ bracket: UInt8,
        afterFirst: Bool
    ) throws(DocumentProblem) -> Bool {
        try skipSpace()
        let name = Quotation.of(String(decoding: [bracket], as: UTF8.self))
        if peek != bracket, afterFirst {
            guard peek == UInt8(ascii: ",") else {
                throw beginsValue
                    ? problem("A comma is missing before this.", "Write one between two values.")
                    : unexpected(expected: "\",\" or \(name)")
            }
            let comma = position
            advance()
            try skipSpace()
            guard peek != bracket else {
                throw problem(
                    "A comma stands before \(name).",
                    "Remove it: in JSON none follows the last value.",
                    at: comma
                )
            }
        }
        guard peek == bracket else { return false }
        advance()
        open.removeLast()
        return true
    }
}
