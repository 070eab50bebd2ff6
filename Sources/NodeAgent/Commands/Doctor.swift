import Agent
import ArgumentParser
import Plan
import Preflight

/// `node-agent doctor`: the checks of one machine, for a person who is logged in on it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at this machine as a rollout would; change nothing.",
        discussion: """
            Needs no coordinator and no enrolment. What only shows among several hosts (clocks, names that \
            are taken twice, the ways between them) is left to coordinator preflight. Exit code 1 where a \
            check fails.

              sudo node-agent doctor
              sudo node-agent doctor --role server --address 10.0.0.5
            """
    )

    @OptionGroup var machine: MachineOptions

    @Option(help: ArgumentHelp("What the machine is to be: agent or server.", valueName: "role"))
    var role: Role = .agent

    @Option(
        help: ArgumentHelp(
            "The address that the plan has for it. Default: that of the way to the internet.",
            valueName: "address"
        )
    )
    var address: String?

    /// The values of `--role`.
    enum Role: String, ExpressibleByArgument, CaseIterable {
        case agent
        case server
    }

    func validate() throws {
        guard let address, (try? IPv4Address(parsing: address)) == nil else { return }
        throw ValidationError("--address takes a literal IPv4 address, as 203.0.113.11.")
    }

    func run() async throws {
        let seen = try await machine.open(as: nil).reporter.prober.observation()
        let report = DoctorReport(
            seen,
            role: role == .server ? .server : .agent,
            address: address
        )
        Terminal.say(report.lines.joined(separator: "\n"))
        if report.hasFailures { throw ExitCode(1) }
    }
}

/// What `node-agent doctor` says.
struct DoctorReport {
    private let findings: [Finding]

    /// Judges as a plan of this one host with all defaults would.
    init(_ seen: HostObservation, role: HostRole, address: String?) {
        findings = HostChecks.findings(alone: seen, role: role, address: address)
    }

    /// Whether a rollout would not begin.
    var hasFailures: Bool { findings.contains { $0.verdict == .failed } }

    /// A line for each check, with what helps under those that are not well.
    var lines: [String] {
        findings.flatMap { finding -> [String] in
            let word =
                switch finding.verdict {
                case .passed: "ok"
                case .failed: "FAILED"
                case .skipped: "unknown"
                case .warning, .ignored: "warning"
                }
            let name = finding.check.rawValue
            let line = Self.padded(word, 8) + Self.padded(name, 16) + finding.observed
            guard finding.verdict == .failed || finding.verdict == .warning else { return [line] }
            let about = finding.check.description
            let indent = String(repeating: " ", count: 24)
            return [line, indent + "wanted: \(about.bound); \(about.reason)"]
                + (finding.remedy.isEmpty ? [] : [indent + finding.remedy])
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
