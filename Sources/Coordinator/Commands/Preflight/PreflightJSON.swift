import Protocol

/// A preflight's events for programs.
enum PreflightJSON {
    /// One object on one line.
    static func line(_ event: WirePreflightEvent) -> String {
        let members: [(String, JSONLine)] =
            switch event.event {
            case .finding(let finding): self.finding(finding)
            case .path(let path): self.path(path)
            case .advice(let advice):
                [
                    ("event", .string("advice")), ("host", .string(advice.host)),
                    ("subject", .string(advice.subject)), ("words", .string(advice.words)),
                    ("reason", .string(advice.reason)),
                ]
            case .ended(let tally): ended(tally)
            case nil: [("event", .string("unknown"))]
            }
        return JSONLine.object(members).text
    }

    private static func finding(_ finding: WirePreflightFinding) -> [(String, JSONLine)] {
        [
            ("event", .string("finding")), ("check", .string(finding.check)),
            ("group", .string(finding.group)), ("host", .string(finding.host)),
            ("peer", .string(finding.peer)), ("verdict", .string(finding.verdict)),
            ("observed", .string(finding.observed)), ("bound", .string(finding.bound)),
            ("reason", .string(finding.reason)), ("remedy", .string(finding.remedy)),
        ]
    }

    private static func path(_ path: WirePreflightPath) -> [(String, JSONLine)] {
        let measured = path.measurement
        return [
            ("event", .string("path")), ("from", .string(path.from)), ("to", .string(path.to)),
            ("skipped", .string(path.skipped)), ("sent", .integer(Int64(measured.sent))),
            ("answered", .integer(Int64(measured.answered))),
            ("reordered", .integer(Int64(measured.reordered))),
            ("shortestRoundTripMicroseconds", .integer(measured.shortestRoundTrip)),
            ("medianRoundTripMicroseconds", .integer(measured.medianRoundTrip)),
            ("lateRoundTripMicroseconds", .integer(measured.lateRoundTrip)),
            ("pathMTU", .integer(Int64(measured.pathMtu))),
            ("seenAddress", .string(measured.seenAddress)),
            ("seenPort", .integer(Int64(measured.seenPort))),
            ("ownPort", .integer(Int64(measured.ownPort))), ("tcp", .string(measured.tcp)),
            ("complaint", .string(measured.complaint)),
        ]
    }

    private static func ended(_ tally: WirePreflightEnded) -> [(String, JSONLine)] {
        [
            ("event", .string("ended")), ("passed", .integer(Int64(tally.passed))),
            ("warning", .integer(Int64(tally.warnings))), ("failed", .integer(Int64(tally.failed))),
            ("ignored", .integer(Int64(tally.ignored))),
            ("skipped", .integer(Int64(tally.skipped))),
        ]
    }
}
