import Protocol

/// The ways between hosts as a table: a row for each that sends, a column for each that receives.
enum PathMatrixTable {
    /// Hosts up to which all ways are shown.
    private static let widest = 16

    /// Nothing where nothing was measured.
    static func lines(_ paths: [WirePreflightPath]) -> [String] {
        let hosts = Set(paths.flatMap { [$0.from, $0.to] }).sorted()
        guard !hosts.isEmpty else { return [] }
        guard hosts.count <= widest else {
            return ["\(paths.count) ways between \(hosts.count) hosts were measured.", ""]
        }
        let byEnds = Dictionary(
            paths.map { ([$0.from, $0.to], $0) },
            uniquingKeysWith: { _, last in last }
        )
        var table = TextTable(
            [("FROM \\ TO", .left)] + hosts.map { (TerminalText.cleaned($0), .right) }
        )
        for from in hosts {
            table.append(
                [from]
                    + hosts.map { to in byEnds[[from, to]].map(cell) ?? (from == to ? "." : "") }
            )
        }
        return table.lines() + [""]
    }

    /// The median round trip, and the loss where there is any.
    private static func cell(_ path: WirePreflightPath) -> String {
        guard path.skipped.isEmpty else { return "-" }
        let measured = path.measurement
        guard measured.answered > 0 else { return measured.sent > 0 ? "BLOCKED" : "-" }
        let tenths = max(1, measured.medianRoundTrip / 100)
        let time = tenths < 100 ? "\(tenths / 10).\(tenths % 10)ms" : "\(tenths / 10)ms"
        let lost = max(0, measured.sent - measured.answered)
        guard lost > 0, measured.sent > 0 else { return time }
        return "\(time) -\((Int(lost) * 100 + Int(measured.sent) - 1) / Int(measured.sent))%"
    }
}
