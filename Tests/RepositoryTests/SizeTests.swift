import Testing

/// How long things may be.
enum Size {
    static let mostLinesOfAFunction = 70
    static let mostLinesOfAFile = 400

    /// A function that is too long.
    struct LongFunction: Equatable, CustomStringConvertible {
        let line: Int
        let length: Int
        var description: String { "line \(line): \(length) lines" }
    }

    /// Functions above the limit. Relies on the formatter's layout: a body ends with a brace as far
    /// in as its declaration begins.
    static func longFunctions(in file: SourceFile) -> [LongFunction] {
        let lines = file.lines
        let declaration =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+|[a-z]+(?:\(set\))?\s+)*(?:func|init|deinit|subscript|var)\b/
        return lines.indices.compactMap { start in
            guard (try? declaration.firstMatch(in: lines[start])) != nil,
                let end = endOfBody(from: start, in: lines)
            else { return nil }
            let length = end - start + 1
            return length > mostLinesOfAFunction
                ? LongFunction(line: start + 1, length: length) : nil
        }
    }

    /// The line that closes what is declared at `start`; nothing where it has no body of several
    /// lines.
    private static func endOfBody(from start: Int, in lines: [Substring]) -> Int? {
        let depth = indentation(of: lines[start])
        var opening = start
        while !lines[opening].hasSuffix("{") {
            opening += 1
            guard opening < lines.endIndex, belongsToSignature(lines[opening], depth: depth) else {
                return nil
            }
        }
        return lines.indices.dropFirst(opening + 1).first { line in
            indentation(of: lines[line]) == depth && lines[line].dropFirst(depth).hasPrefix("}")
        }
    }

    private static func belongsToSignature(_ line: Substring, depth: Int) -> Bool {
        let own = indentation(of: line)
        let rest = line.dropFirst(own)
        return own > depth || (own == depth && (rest.hasPrefix(")") || rest.hasPrefix("{")))
    }

    private static func indentation(of line: Substring) -> Int {
        line.prefix { $0 == " " }.count
    }
}

struct SizeTests {
    static let swift = ["Benchmarks/Sources", "Sources", "Tests"].flatMap(Repository.swiftFiles)

    @Test(arguments: swift)
    func `no function is longer than 70 lines`(file: SourceFile) {
        #expect(Size.longFunctions(in: file) == [], "\(file)")
    }

    @Test func `no file is longer than 400 lines`() {
        let long = Repository.texts.filter { file in
            file.lines.count - 1 > Size.mostLinesOfAFile && file.path != "LICENSE"
        }
        #expect(long.map(\.path) == [])
    }

    @Test(arguments: [
        "    func sample() {",
        "    private static func sample(\n        _ value: Int\n    ) async throws(Failure) -> Int {",
        "    init() {",
        "    public var sample: Int {",
    ])
    func `the rule bites`(declaration: String) {
        let body = repeatElement("        work()", count: Size.mostLinesOfAFunction)
        let text = "struct Sample {\n\(declaration)\n\(body.joined(separator: "\n"))\n    }\n}\n"
        let found = Size.longFunctions(in: SourceFile(path: "Sample.swift", text: text))
        #expect(found.map(\.line) == [2])
    }

    @Test func `what has no body is not long`() {
        let requirements = repeatElement("    func sample() -> Int", count: 100)
        let text = "protocol Sample {\n\(requirements.joined(separator: "\n"))\n}\n"
        #expect(Size.longFunctions(in: SourceFile(path: "Sample.swift", text: text)) == [])
    }
}
