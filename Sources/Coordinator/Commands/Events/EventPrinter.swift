import Protocol
import Synchronization

/// Prints events as they come, and remembers how far it got.
final class EventPrinter: Sendable {
    private let format: OutputFormat
    private let number: Mutex<Int64>

    /// Begins after an event.
    init(_ format: OutputFormat, last: Int64) {
        self.format = format
        number = Mutex(last)
    }

    /// The last one printed.
    var last: Int64 { number.withLock(\.self) }

    /// Prints one.
    func print(_ event: WireClusterEvent) {
        StandardOutput.write(Self.text(event, format))
        number.withLock { $0 = event.number }
    }

    /// One line, whatever agents are called.
    static func text(_ event: WireClusterEvent, _ format: OutputFormat) -> String {
        switch format {
        case .text:
            "\(Timestamp.text(event.at)) \(TerminalText.padded(event.kind, to: 20)) "
                + TerminalText.cleaned(event.words)
        case .json:
            JSONLine.object([
                ("number", .integer(event.number)),
                ("at", .integer(event.at)),
                ("kind", .string(event.kind)),
                ("node", .string(event.node)),
                ("words", .string(event.words)),
            ]).text
        }
    }
}
