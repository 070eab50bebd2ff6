import Plan

/// The rules that a text's bytes must keep before anyone reads them as JSON or YAML.
enum DocumentText {
    /// Fails where the bytes cannot be the text.
    static func check(
        _ bytes: [UInt8],
        _ subject: DocumentSubject
    ) throws(DocumentProblem) {
        let noun = subject.noun
        guard bytes.count <= subject.sizeLimit else {
            throw problem(
                "The \(noun) has more than \(size(subject.sizeLimit)).",
                subject.sizeAdvice
            )
        }
        for (mark, encoding) in byteOrderMarks where bytes.starts(with: mark) {
            throw problem(
                "The \(noun) begins with a byte order mark of \(encoding).",
                "Save it as UTF-8 without a byte order mark."
            )
        }
        if let zero = bytes.firstIndex(of: 0) {
            throw DocumentProblem(
                position(of: zero, in: bytes),
                .root,
                PlanComplaint(
                    .syntax,
                    "The \(noun) holds a NUL byte.",
                    advice: "Save it as UTF-8 text; a \(noun) is no binary file."
                )
            )
        }
        guard bytes.contains(where: { !" \t\r\n".utf8.contains($0) }) else {
            throw problem("The \(noun) is empty.", subject.emptyAdvice)
        }
        try checkEncoding(bytes, noun)
    }

    private static let byteOrderMarks: [(mark: [UInt8], encoding: String)] = [
        ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
    ]

    private static func checkEncoding(
        _ bytes: [UInt8],
        _ noun: String
    ) throws(DocumentProblem) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
            offset += scalar.count
        }
        let byte = bytes.indices.contains(offset) ? String(bytes[offset], radix: 16) : ""
        throw DocumentProblem(
            position(of: offset, in: bytes),
            .root,
            PlanComplaint(
                .syntax,
                "The byte 0x\(byte.uppercased()) is not UTF-8 here.",
                advice: "Save the \(noun) as UTF-8."
            )
        )
    }

    /// Where a byte stands; the bytes before it are UTF-8.
    static func position(of offset: Int, in bytes: [UInt8]) -> TextPosition {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return TextPosition(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        )
    }

    private static func size(_ bytes: Int) -> String {
        if bytes.isMultiple(of: 1 << 20) { return "\(bytes >> 20) MiB" }
        return bytes.isMultiple(of: 1 << 10) ? "\(bytes >> 10) KiB" : "\(bytes) bytes"
    }

    private static func problem(_ message: String, _ advice: String) -> DocumentProblem {
        DocumentProblem(.start, .root, PlanComplaint(.syntax, message, advice: advice))
    }
}
