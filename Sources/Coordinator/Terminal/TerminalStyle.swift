/// How text may look where it is shown.
struct TerminalStyle: Sendable, Equatable {
    /// Whether colours may be used.
    var color: Bool
    /// Whether more than ASCII can be shown.
    var unicode: Bool

    /// Neither colours nor anything but ASCII.
    static let plain = TerminalStyle(color: false, unicode: false)

    /// The text in a colour, or as it is where there are none.
    func paint(_ text: String, _ ink: Ink) -> String {
        guard color, ink != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
}

/// What a colour is for; the value is the parameter of ECMA-48's SGR.
enum Ink: Int, Sendable {
    case plain = 0
    case strong = 1
    case faint = 2
    case bad = 31
    case good = 32
    case warning = 33
    case active = 36
}
