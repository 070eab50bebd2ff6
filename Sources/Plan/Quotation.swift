/// Text from outside, made fit to stand in a message: in quotes, on one line, of bounded length,
/// with nothing in it that could drive a terminal or reorder what is read.
public enum Quotation {
    /// Unicode scalars that are shown of a longer text.
    public static let limit = 60

    /// The text in double quotes.
    public static func of(_ text: some StringProtocol) -> String {
        "\"" + plain(text) + "\""
    }

    /// The text without quotes around it.
    public static func plain(_ text: some StringProtocol, limit: Int = limit) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < limit else { return shown + "…" }
            if isVisible(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
        return shown
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
            .surrogate:
            false
        default:
            true
        }
    }
}
