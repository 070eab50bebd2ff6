import Foundation
import Protocol

/// What steps said, for people or for programs.
struct StepLogReport {
    private let format: OutputFormat
    /// Whether only the last lines were asked for, so that missing ones are no loss.
    private let isTail: Bool
    private var places: [String: Int64] = [:]
    /// Lines told so far.
    private(set) var count = 0

    /// Begins before the first line.
    init(_ format: OutputFormat, isTail: Bool) {
        self.format = format
        self.isTail = isTail
    }

    /// The lines to print: first, where earlier ones of the step are not kept, how many.
    mutating func lines(for line: WireLogLine) -> [String] {
        count += 1
        let missing = line.place - (places[line.stepID] ?? 0) - 1
        places[line.stepID] = line.place
        switch format {
        case .json: return [Self.json(line).text]
        case .text:
            let gap =
                missing > 0 && !isTail
                ? [Self.head(line) + "(\(missing) lines are not kept)"] : []
            return gap + [Self.head(line) + TerminalText.cleaned(line.line)]
        }
    }

    private static func head(_ line: WireLogLine) -> String {
        let retry = line.attempt > 1 ? " #\(line.attempt)" : ""
        return "\(Timestamp.text(line.at)) \(TerminalText.cleaned(line.stepID))\(retry): "
    }

    private static func json(_ line: WireLogLine) -> JSONLine {
        .object([
            ("number", .integer(line.number)),
            ("at", .integer(line.at)),
            ("node", .string(line.node)),
            ("step", .string(line.stepID)),
            ("attempt", .integer(Int64(line.attempt))),
            ("place", .integer(line.place)),
            ("line", .string(line.line)),
        ])
    }
}

/// A moment for people.
enum Timestamp {
    /// ISO 8601 in UTC, to the second: `2026-01-31T12:00:00Z`.
    static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }
}
