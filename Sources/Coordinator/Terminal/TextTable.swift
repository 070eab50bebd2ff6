/// Rows under a header, each column as wide as its widest cell.
struct TextTable {
    /// On which side a column's text stands.
    enum Alignment {
        case left
        case right
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// Names the columns.
    init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row; cells are cleaned of control characters, missing ones are empty.
    mutating func append(_ cells: [String]) {
        rows.append(cells.map(TerminalText.cleaned))
    }

    /// The header and the rows, without spaces at the end.
    func lines() -> [String] {
        let table = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            table.map { TerminalText.columns(of: cell(column, of: $0)) }.max() ?? 0
        }
        return table.map { row in
            let cells = zip(columns, widths).enumerated().map { index, column in
                let text = cell(index, of: row)
                return switch column.0.alignment {
                case .left: TerminalText.padded(text, to: column.1)
                case .right: TerminalText.rightAligned(text, to: column.1)
                }
            }
            return cells.joined(separator: "  ").trimmingTrailingSpaces()
        }
    }

    private func cell(_ index: Int, of row: [String]) -> String {
        row.indices.contains(index) ? row[index] : ""
    }
}
