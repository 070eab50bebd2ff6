import Foundation

/// What is known of the place that standard output goes to.
struct Terminal: Sendable, Equatable {
    /// Whether lines can be drawn again in place.
    let isLive: Bool
    /// How text may look.
    let style: TerminalStyle

    /// Decides by what the environment says: `NO_COLOR` (no-color.org: set and not empty), `TERM`
    /// (`dumb` can neither move a cursor nor show colours) and the locale's character set.
    init(isTerminal: Bool, environment: [String: String]) {
        let capable = isTerminal && !["", "dumb"].contains(environment["TERM"] ?? "")
        let noColor = !(environment["NO_COLOR"] ?? "").isEmpty
        isLive = capable
        style = TerminalStyle(
            color: capable && !noColor,
            unicode: Self.showsUnicode(environment)
        )
    }

    /// Standard output of this process.
    static func standardOutput() -> Terminal {
        Terminal(
            isTerminal: isatty(STDOUT_FILENO) == 1,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// How large it is now; 80 by 24 where it does not say.
    static func size() -> TerminalSize {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
            window.ws_row > 0
        else { return TerminalSize(columns: 80, rows: 24) }
        return TerminalSize(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    /// POSIX: the first of these that is set and not empty names the locale.
    private static func showsUnicode(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
            .compactMap { environment[$0] }
            .first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }
}

/// The room there is.
struct TerminalSize: Sendable, Equatable {
    /// Characters in a line.
    var columns: Int
    /// Lines.
    var rows: Int
}
