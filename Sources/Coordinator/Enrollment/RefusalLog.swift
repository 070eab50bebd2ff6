/// Which refused enrolments are logged, so that a flood of them fills no disk: of each minute the
/// first of a source at once, and at its end how many more there were.
struct RefusalLog: Sendable, Equatable {
    /// Sources that get a line of their own in one minute; also the lines of its summary.
    static let lines = 20
    /// Sources that are counted apart in one minute.
    static let sources = 1024
    /// Milliseconds that are summed up together.
    static let window: Int64 = 60_000

    /// What happens to a refusal.
    struct Entry: Sendable, Equatable {
        /// Whether it is logged now.
        let isTold: Bool
        /// Whether it began a minute, of which a summary is due at its end.
        let beginsWindow: Bool
    }

    private var untold: [SourceNetwork: Int] = [:]
    private var told: Set<SourceNetwork> = []
    private var fromOthers = 0
    private var isOpen = false

    /// Notes a refusal.
    mutating func refused(from source: SourceNetwork) -> Entry {
        let begins = !isOpen
        isOpen = true
        if !told.contains(source), told.count < Self.lines {
            told.insert(source)
            return Entry(isTold: true, beginsWindow: begins)
        }
        if untold[source] != nil || untold.count < Self.sources {
            untold[source, default: 0] += 1
        } else {
            fromOthers += 1
        }
        return Entry(isTold: false, beginsWindow: begins)
    }

    /// The minute is over: what was not told, the most first. Begins anew.
    mutating func summary() -> [String] {
        let sorted = untold.sorted {
            ($1.value, $0.key.description) < ($0.value, $1.key.description)
        }
        var lines = sorted.prefix(Self.lines - 1).map { source, count in
            "and \(count) more refusal\(count == 1 ? "" : "s") from \(source) in the last minute"
        }
        let rest = sorted.dropFirst(Self.lines - 1)
        let others = rest.reduce(fromOthers) { $0 + $1.value }
        if others > 0 { lines.append("and \(others) more refusals from others in the last minute") }
        self = RefusalLog()
        return lines
    }
}
