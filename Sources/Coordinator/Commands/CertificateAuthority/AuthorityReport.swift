import Protocol

/// The certificate authorities and the nodes' progress, for people and for programs.
struct AuthorityReport: Sendable {
    private let status: WireAuthorityStatus
    private let now: Int64
    private let suffix: String
    private let isAnswer: Bool

    /// - Parameters:
    ///   - status: What the coordinator said.
    ///   - now: Milliseconds since 1970.
    ///   - suffix: What the operator's commands end in: an option with a space before it.
    ///   - isAnswer: Whether a step was asked for.
    init(_ status: WireAuthorityStatus, now: Int64, suffix: String = "", isAnswer: Bool = false) {
        self.status = status
        self.now = now
        self.suffix = suffix
        self.isAnswer = isAnswer
    }

    /// Writes it to standard output.
    func write(_ format: OutputFormat) {
        switch format {
        case .text: StandardOutput.write(lines.joined(separator: "\n"))
        case .json: StandardOutput.write(json.text)
        }
    }

    /// What happened, who is believed, who is behind, and what to type.
    var lines: [String] {
        var lines: [String] = []
        if isAnswer { lines += [status.changed ? "Done." : "It is so already; nothing changed."] }
        lines += [phase, ""] + authorities
        let isTelling = status.phase != .settled || status.nodes.contains { $0.progress == .lost }
        if isTelling, !status.nodes.isEmpty { lines += [""] + nodes }
        return lines + leftBehind + [""] + next
    }

    /// All of it as one object.
    var json: JSONLine {
        .object([
            ("phase", .string(status.phase.word)),
            ("since", .integer(status.since)),
            ("changed", .bool(status.changed)),
            ("authorities", .array(status.authorities.map(Self.json))),
            ("nodes", .array(status.nodes.map(Self.json))),
            ("leftBehind", .array(status.leftBehind.map { .string($0) })),
        ])
    }

    private var phase: String {
        let age = Spans.short(from: status.since, to: now)
        return switch status.phase {
        case .settled:
            "One certificate authority; no change is under way."
        case .introduced:
            "Phase introduced, for \(age): both authorities are believed, the earlier one signs."
        case .signing:
            "Phase signing, for \(age): both authorities are believed, the new one signs."
        case .returning:
            "Phase returning, for \(age): both are believed, the earlier one signs again."
        case .unspecified, .UNRECOGNIZED:
            "The coordinator is in a phase that this program does not know: upgrade it."
        }
    }

    private var authorities: [String] {
        var table = TextTable([
            ("AUTHORITY (SHA-256 OF ITS KEY)", .left), ("SIGNS", .left), ("EXPIRES IN", .right),
        ])
        for authority in status.authorities {
            table.append([
                authority.publicKeySha256, authority.signs ? "yes" : "no",
                authority.notAfter <= now
                    ? "expired" : Spans.short(from: now, to: authority.notAfter),
            ])
        }
        return table.lines()
    }

    private var nodes: [String] {
        var table = TextTable([("NODE", .left), ("PROGRESS", .left), ("SEEN", .left)])
        for node in status.nodes.sorted(by: { $0.node < $1.node }) {
            let seen =
                node.connected
                ? "connected"
                : node.lastSeen == 0
                    ? "never" : Spans.short(from: node.lastSeen, to: now) + " ago"
            table.append([node.node, node.progress.words, seen])
        }
        return table.lines()
    }

    private var leftBehind: [String] {
        guard !status.leftBehind.isEmpty else { return [] }
        return [
            "",
            "Left behind: \(status.leftBehind.joined(separator: ", ")). Each must enrol again:",
            "  coordinator token create --node \(status.leftBehind[0])\(suffix)",
            "and on that machine:",
            "  sudo systemctl stop isthmus-agent",
            "  sudo node-agent enroll --force --coordinator HOST:PORT",
        ]
    }

    private var behind: [WireNodeTrust] {
        status.nodes.filter { $0.progress == .behind }
    }

    private var next: [String] {
        let count = behind.count
        let counted = count == 1 ? "1 node is behind" : "\(count) nodes are behind"
        switch status.phase {
        case .settled where isAnswer:
            return [
                "The other authority is forgotten and its key destroyed. Keep a new copy of ca/."
            ]
        case .settled:
            return command("To change it for a new one:", "start")
        case .introduced:
            let advice = "\(counted). Who is away catches up later: nothing has to be waited for."
            return (count == 0 ? [] : [advice])
                + command("Next, let the new authority sign:", "sign")
                + command("To give it up:", "back")
        case .signing:
            return
                (count == 0
                ? command("All have caught up. Next, forget the earlier authority:", "finish")
                : waiting(counted, "finish")) + command("To turn round:", "back")
        case .returning:
            return
                (count == 0
                ? command("All are back. Next, forget the new authority:", "finish")
                : waiting(counted, "finish")) + command("To go forward again:", "sign")
        case .unspecified, .UNRECOGNIZED:
            return []
        }
    }

    private func waiting(_ counted: String, _ verb: String) -> [String] {
        command("\(counted) and would be locked out. Look again, until none is:", nil)
            + command("Then:", verb)
    }

    private func command(_ words: String, _ verb: String?) -> [String] {
        let command = verb.map { "coordinator ca rotate \($0)" } ?? "coordinator ca show"
        return [words, "  \(command)\(suffix)"]
    }

    private static func json(_ authority: WireAuthority) -> JSONLine {
        .object([
            ("publicKeySHA256", .string(authority.publicKeySha256)),
            ("notBefore", .integer(authority.notBefore)),
            ("notAfter", .integer(authority.notAfter)),
            ("signs", .bool(authority.signs)),
        ])
    }

    private static func json(_ node: WireNodeTrust) -> JSONLine {
        .object([
            ("node", .string(node.node)),
            ("progress", .string(node.progress.word)),
            ("issuer", .string(node.issuer)),
            ("authorities", .array(node.authorities.map { .string($0) })),
            ("connected", .bool(node.connected)),
            ("lastSeen", .integer(node.lastSeen)),
        ])
    }
}

extension WireRotationPhase {
    /// For programs.
    fileprivate var word: String {
        switch self {
        case .settled: "settled"
        case .introduced: "introduced"
        case .signing: "signing"
        case .returning: "returning"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }
}

extension WireNodeProgress {
    /// For programs.
    fileprivate var word: String {
        switch self {
        case .caughtUp: "caughtUp"
        case .behind: "behind"
        case .lost: "lost"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }

    /// For people.
    fileprivate var words: String {
        switch self {
        case .caughtUp: "caught up"
        case .behind: "behind"
        case .lost: "lost: must enrol again"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }
}
