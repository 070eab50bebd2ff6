/// The lines at the foot of a terminal that are drawn again and again in place.
///
/// It knows what it drew and computes the bytes that turn that into what is wanted; who owns it writes
/// them. The cursor rests in the line below the last one.
struct LiveRegion {
    private var drawn: [Int] = []
    private var shown: (lines: [String], columns: Int) = ([], 0)

    /// The bytes that replace what was drawn by these lines; none where nothing differs.
    ///
    /// When a terminal gets narrower it breaks the lines that no longer fit into several rows. So many
    /// rows the cursor has to go up, or parts of the old lines would stay.
    mutating func replace(with lines: [String], columns: Int) -> String {
        guard lines != shown.lines || columns != shown.columns else { return "" }
        var bytes = goToTop(columns: columns)
        for line in lines { bytes += line + "\u{1B}[K\n" }
        bytes += "\u{1B}[J"
        drawn = lines.map { TerminalText.columns(of: TerminalText.cleaned($0)) }
        shown = (lines, columns)
        return bytes
    }

    /// The bytes that put a line above the region, where it stays.
    mutating func insert(above line: String, columns: Int) -> String {
        let lines = shown.lines
        let top = goToTop(columns: columns) + "\u{1B}[J" + line + "\n"
        drawn = []
        shown = ([], 0)
        return top + replace(with: lines, columns: columns)
    }

    private func goToTop(columns: Int) -> String {
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        return rows == 0 ? "" : "\r\u{1B}[\(rows)A"
    }
}
