import Agent
import ArgumentParser
import FoundationEssentials

/// `node-agent status`: who this agent is and what it is at.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say who this machine's agent is and what it is doing.",
        discussion: """
            Reads the state directory and the policy; the agent need not run. Exit code 1 where no agent \
            was enrolled.

              node-agent status
              node-agent status --output json
            """
    )

    /// How the answer looks.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        /// For people.
        case text
        /// One JSON object.
        case json
    }

    @OptionGroup var state: StateOptions

    @OptionGroup var policy: PolicyOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: Output = .text

    func run() throws {
        guard let status = try AgentStatus.read(state.directory) else {
            throw AgentFailure.notEnrolled(in: state.directory)
        }
        let report = StatusReport(
            status: status,
            isRunning: StateLock.isTaken(state.directory),
            policy: policy.words
        )
        switch output {
        case .text: Terminal.say(report.text)
        case .json: Terminal.say(try report.json())
        }
    }
}

/// The answer of `node-agent status`.
struct StatusReport: Encodable, Equatable {
    /// What the state directory tells.
    let status: AgentStatus
    /// Whether an agent runs with it.
    let isRunning: Bool
    /// What the server's owner allows, or why the agent would not start.
    let policy: String

    /// A few lines for people.
    var text: String {
        let expiry = Date(timeIntervalSince1970: Double(status.certificateExpires / 1000))
        var lines = [
            "Node         \(status.node) of cluster \(status.cluster)",
            "Coordinator  \(status.coordinator)",
            "Certificate  expires \(expiry.formatted(.iso8601))",
            "Agent        \(isRunning ? "running" : "not running")",
            "Policy       \(policy)",
        ]
        for execution in status.unfinished {
            lines.append("\(isRunning ? "Running     " : "Interrupted ") \(execution)")
        }
        lines += status.unreported.map { "Unreported   \($0)" }
        return lines.joined(separator: "\n")
    }

    /// One object.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isRunning, forKey: .running)
        try container.encode(policy, forKey: .policy)
    }

    private enum Key: String, CodingKey {
        case running
        case policy
    }
}

extension AgentFailure {
    /// Nothing can be done before enrolment.
    static func notEnrolled(in directory: String) -> AgentFailure {
        AgentFailure(
            "no agent is enrolled in \(directory)",
            remedy:
                "Enrol this machine: node-agent enroll --coordinator HOST:PORT --token-file FILE"
        )
    }
}
