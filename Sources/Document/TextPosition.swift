/// A place in a text.
public struct TextPosition: Sendable, Hashable, Comparable {
    /// The line, counted from 1. A line ends with a line feed.
    public let line: Int
    /// The Unicode scalar in the line, counted from 1.
    public let column: Int

    /// Names a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The first scalar.
    public static let start = TextPosition(line: 1, column: 1)

    /// Orders by line, then by column.
    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
