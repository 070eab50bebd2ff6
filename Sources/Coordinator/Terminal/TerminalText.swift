/// Text as a terminal shows it: free of control characters, measured in columns, cut to fit.
enum TerminalText {
    /// One harmless line: escape sequences, control and formatting characters are left out, line
    /// breaks and tabs become spaces. What agents and their programs say passes through here, so
    /// that no node can move the operator's cursor or turn the direction of the text.
    static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var sequence = EscapeSequence.outside
        for scalar in text.unicodeScalars where !sequence.takes(scalar) {
            switch scalar.properties.generalCategory {
            case .lineSeparator, .paragraphSeparator:
                result.append(" ")
            case .control where "\t\n\r\u{0B}\u{0C}\u{85}".unicodeScalars.contains(scalar):
                result.append(" ")
            case .control, .format, .surrogate, .privateUse, .unassigned:
                continue
            default:
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// How many columns the text fills.
    static func columns(of text: String) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text cut to so many columns; a cut ends in `…` (`~` without Unicode).
    static func fitted(_ text: String, to width: Int, unicode: Bool = true) -> String {
        guard columns(of: text) > width else { return text }
        guard width > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let wide = columns(of: character)
            guard used + wide <= width - 1 else { break }
            result.append(character)
            used += wide
        }
        return result.trimmingTrailingSpaces() + (unicode ? "…" : "~")
    }

    /// The text cut or filled with spaces to exactly so many columns.
    static func padded(_ text: String, to width: Int, unicode: Bool = true) -> String {
        let cut = fitted(text, to: width, unicode: unicode)
        return cut + String(repeating: " ", count: max(0, width - columns(of: cut)))
    }

    /// The text set to the right of so many columns.
    static func rightAligned(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - columns(of: text))) + text
    }

    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// East Asian Wide and Fullwidth, by Unicode's annex 11, in whole blocks.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
    ]
}

extension String {
    /// The text up to its last character that is no space.
    func trimmingTrailingSpaces() -> String {
        lastIndex { $0 != " " }.map { String(self[...$0]) } ?? ""
    }
}

/// Where in a terminal's escape sequence a reader of scalars is (ECMA-48, section 5).
private enum EscapeSequence {
    case outside
    case escaped
    /// `ESC [ … final byte`.
    case control
    /// `ESC ] …` and its like, up to BEL or `ESC \`.
    case string
    case stringEscaped

    /// Whether the scalar belongs to a sequence.
    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
        switch (self, scalar) {
        case (.outside, "\u{1B}"): self = .escaped
        case (.outside, "\u{9B}"): self = .control
        case (.outside, _): return false
        case (.escaped, "["): self = .control
        case (.escaped, "]"), (.escaped, "P"), (.escaped, "X"), (.escaped, "^"), (.escaped, "_"):
            self = .string
        case (.escaped, "\u{1B}"): self = .escaped
        case (.escaped, _): self = .outside
        case (.control, "\u{40}"..."\u{7E}"): self = .outside
        case (.control, "\u{1B}"): self = .escaped
        case (.control, _): break
        case (.string, "\u{07}"), (.string, "\n"): self = .outside
        case (.string, "\u{1B}"): self = .stringEscaped
        case (.string, _): break
        case (.stringEscaped, "\\"): self = .outside
        case (.stringEscaped, _): self = .string
        }
        return true
    }
}
