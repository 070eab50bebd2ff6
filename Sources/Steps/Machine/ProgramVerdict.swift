/// What a program's bad end says about another attempt: whether it would meet the same until a person acts.
///
/// Statuses alone say little (apt-get has 100 for everything, kubectl 1), so what it complained of counts.
/// In doubt another attempt is made: it costs a minute, and a failure that passes by itself costs a person
/// an evening.
enum ProgramVerdict {
    /// Whether a program would end the same way again.
    static func isPermanent(_ result: CommandResult, of command: Command) -> Bool {
        // POSIX shells' statuses for what is not executable and what is not there.
        if result.status == 126 || result.status == 127 { return true }
        let program = command.argv.first.map {
            $0.split(separator: "/").last.map(String.init) ?? $0
        }
        let complaint = result.standardError.split(separator: "\n").map(String.init)
        switch program {
        case "apt-get": return isPermanent(apt: complaint)
        case "k3s", "kubectl": return isPermanent(kubernetes: complaint)
        default: return false
        }
    }

    /// Whether apt-get's complaint is about what is asked for, and not about the moment. Where lists could
    /// not be fetched, a package that is not in them may well be there.
    static func isPermanent(apt complaint: [String]) -> Bool {
        has(complaint, lasting) && !has(complaint, passing)
    }

    private static let lasting = [
        "unable to locate package", "has no installation candidate", "unmet dependencies",
        "held broken packages", "the following signatures couldn't be verified",
        "the list of sources could not be read", "malformed entry", "unknown architecture",
    ]

    private static let passing = [
        "could not get lock", "unable to acquire the dpkg", "is another process using it",
        "temporary failure", "could not resolve", "could not connect", "unable to connect",
        "connection timed out", "connection failed", "failed to fetch", "hash sum mismatch",
        "mirror sync in progress", "file has unexpected size", "service unavailable",
    ]

    /// Whether the API has understood what was asked and will not have it. A conflict, an object that is
    /// not there, a namespace that is being deleted and a server that is busy may be otherwise a moment later.
    private static func isPermanent(kubernetes complaint: [String]) -> Bool {
        has(
            complaint,
            [
                "error from server (invalid)", "error from server (badrequest)",
                "error from server (methodnotallowed)", "is invalid:", "unknown flag:",
                "unknown command", "strict decoding error", "error validating data",
                "flag provided but not defined",
            ]
        )
    }

    private static func has(_ complaint: [String], _ signs: [String]) -> Bool {
        complaint.contains { line in
            let line = line.lowercased()
            return signs.contains { line.contains($0) }
        }
    }
}
