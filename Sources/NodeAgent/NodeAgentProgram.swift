import Agent
import ArgumentParser
import Daemon
import Glibc
import Trust

/// The program that every server of a cluster runs.
@main
struct NodeAgentProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-agent",
        abstract: "Carries out on this machine what its coordinator assigns.",
        discussion: """
            A machine joins once with a token that its operator made on the coordinator; from \
            then on the agent runs as a service and stays in touch.

              node-agent enroll --coordinator 203.0.113.10 --token-file token

            Exit codes: 0 done, 1 failed, 2 wrong usage.
            """,
        version: Release.version,
        subcommands: [Enroll.self, Run.self, Status.self, Doctor.self]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as AgentFailure {
            Terminal.complain(JoinToken.redacted("node-agent: \(failure)"))
            Glibc.exit(1)
        } catch {
            // The parser's own code for wrong usage is 64.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.complain(JoinToken.redacted(fullMessage(for: error)))
            Glibc.exit(2)
        }
    }
}
