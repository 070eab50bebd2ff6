/// Text from elsewhere, made fit for one line of a log, a terminal or a message.
enum OneLine {
    /// The most bytes of UTF-8 that a line keeps.
    static let limit = 500

    /// Replaces what would move a cursor or begin a line by spaces, and cuts at a character.
    static func clip(_ text: String, limit: Int = limit) -> String {
        var line = ""
        var length = 0
        for scalar in text.unicodeScalars {
            let shown = isControl(scalar) ? " " : scalar
            length += UTF8.width(shown)
            guard length <= limit else { return line + "…" }
            line.unicodeScalars.append(shown)
        }
        return line
    }

    /// C0 and C1 control characters, line separators, and marks that turn the reading direction.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
