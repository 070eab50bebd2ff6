import Plan

extension JSONReader {
    /// Reads a text; the next byte is its quote.
    mutating func string() throws(DocumentProblem) -> String {
        let start = position
        advance()
        var text: [UInt8] = []
        while true {
            text += take { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            switch peek {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += String(try escape()).utf8
            case UInt8(ascii: "\t"):
                throw problem("A tab stands in a text.", "Write \\t, or spaces.")
            case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw problem(
                    "The text that begins here does not end on its line.",
                    "Close it with a double quote; a line break inside it is written \\n.",
                    at: start
                )
            default:
                throw problem(
                    "A control character stands in a text.",
                    "Remove it; a \(noun) has no use for one."
                )
            }
        }
    }

    /// Reads what a backslash begins.
    private mutating func escape() throws(DocumentProblem) -> Unicode.Scalar {
        let start = position
        advance()
        let letter = peek
        if letter != nil, letter != UInt8(ascii: "\n") { advance() }
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default:
            throw problem(
                "A backslash begins nothing that JSON knows.",
                "Write \\\\ for a backslash itself.",
                at: start
            )
        }
    }

    /// Reads `XXXX`, or `XXXX\uXXXX` where the first is half of a pair (RFC 8259 section 7).
    private mutating func unicodeEscape(
        from start: TextPosition
    ) throws(DocumentProblem) -> Unicode.Scalar {
        let first = try fourDigits(from: start)
        if let scalar = Unicode.Scalar(first) {
            guard scalar != "\0" else {
                throw problem("\\u0000 stands in a text.", "Remove it.", at: start)
            }
            return scalar
        }
        if (0xD800...0xDBFF).contains(first), peek == UInt8(ascii: "\\") {
            advance()
            if peek == UInt8(ascii: "u") {
                advance()
                let second = try fourDigits(from: start)
                let pair = 0x10000 + (first - 0xD800) << 10
                if (0xDC00...0xDFFF).contains(second),
                    let scalar = Unicode.Scalar(pair + second - 0xDC00)
                {
                    return scalar
                }
            }
        }
        throw problem(
            "Half of a surrogate pair stands alone.",
            "Write both halves, as \\uD83D\\uDE00, or the character itself.",
            at: start
        )
    }

    private mutating func fourDigits(from start: TextPosition) throws(DocumentProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem(
                    "\\u is not followed by four hexadecimal digits.",
                    "Write them, as \\u00E9, or the character itself.",
                    at: start
                )
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }
}
