import Protocol

/// A preflight for people: groups of checks, one line for each that passed everywhere, and one for each
/// host where it did not, with what helps.
struct PreflightReport {
    private var findings: [WirePreflightFinding] = []
    private var paths: [WirePreflightPath] = []
    private var advice: [WirePreflightAdvice] = []
    /// How many of each verdict.
    private(set) var ending = WirePreflightEnded()

    /// Takes an event in.
    mutating func take(_ event: WirePreflightEvent) {
        switch event.event {
        case .finding(let finding): findings.append(finding)
        case .path(let path): paths.append(path)
        case .advice(let words): advice.append(words)
        case .ended(let tally): ending = tally
        case nil: break
        }
    }

    /// All of it.
    func lines() -> [String] {
        var lines: [String] = []
        for group in distinct(findings.map(\.group)) {
            lines.append(group.uppercased())
            let members = findings.filter { $0.group == group }
            for check in distinct(members.map(\.check)) {
                lines += self.lines(of: members.filter { $0.check == check })
            }
            lines.append("")
        }
        return lines.map(TerminalText.cleaned) + PathMatrixTable.lines(paths) + advising() + [
            summary
        ]
    }

    /// Of one check.
    private func lines(of findings: [WirePreflightFinding]) -> [String] {
        guard let first = findings.first else { return [] }
        let good = findings.filter { $0.verdict == "passed" }
        var lines: [String] = []
        if !good.isEmpty {
            let words = distinct(good.map(\.observed))
            let seen = words.count == 1 ? words[0] : "\(good.count) hosts"
            lines.append(
                line("ok", first.check, good.count == findings.count ? seen : "the others")
            )
        }
        let bad = findings.filter { $0.verdict != "passed" }
        for (place, finding) in bad.enumerated() {
            lines.append(line(Self.word(finding.verdict), first.check, Self.words(finding)))
            // What helps several is said once, under the last of them.
            let next = place + 1 < bad.count ? bad[place + 1] : nil
            guard finding.verdict != "skipped", next?.remedy != finding.remedy else { continue }
            lines.append(indented("wanted: \(finding.bound); \(finding.reason)"))
            if !finding.remedy.isEmpty { lines.append(indented(finding.remedy)) }
        }
        return lines
    }

    private func line(_ verdict: String, _ check: String, _ words: String) -> String {
        "  \(TerminalText.padded(verdict, to: 8)) \(TerminalText.padded(check, to: 22)) \(words)"
    }

    private func indented(_ words: String) -> String {
        String(repeating: " ", count: 34) + words
    }

    private static func words(_ finding: WirePreflightFinding) -> String {
        let place = finding.peer.isEmpty ? finding.host : "\(finding.host) to \(finding.peer)"
        return "\(place): \(finding.observed)"
    }

    private static func word(_ verdict: String) -> String {
        switch verdict {
        case "failed": "FAILED"
        case "warning": "warning"
        case "skipped": "unknown"
        default: verdict
        }
    }

    private func advising() -> [String] {
        guard !advice.isEmpty else { return [] }
        return ["DECISIONS"]
            + advice.map { advice in
                let place = advice.host.isEmpty ? "" : "\(advice.host): "
                return TerminalText.cleaned(
                    "  \(TerminalText.padded(advice.subject, to: 17)) \(place)\(advice.words) "
                        + "(\(advice.reason))"
                )
            } + [""]
    }

    private var summary: String {
        let counts = [
            ("failed", ending.failed), ("warnings", ending.warnings),
            ("ignored", ending.ignored), ("unknown", ending.skipped), ("passed", ending.passed),
        ]
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        return (ending.failed == 0 ? "Ready: " : "Not ready: ") + words + ". Nothing was changed."
    }

    private func distinct(_ words: [String]) -> [String] {
        words.reduce(into: []) { found, word in
            if !found.contains(word) { found.append(word) }
        }
    }
}
