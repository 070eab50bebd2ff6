import ArgumentParser
import Daemon
import Foundation
import Trust

/// The coordinator: a server that sequences rollouts, and the operator's command line to it.
@main
struct CoordinatorProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Join servers of several clouds into one K3s cluster.",
        discussion: """
            One plan says which servers there are and what they shall become. The coordinator tells the \
            node agent on each server what to do, in order, and remembers how far it got.

            EXAMPLE
              coordinator init --cluster three-clouds --address coordinator.example.org
              coordinator serve &
              coordinator token create --node kube-japan
              coordinator rollout --plan plan.json --dry-run
              coordinator rollout --plan plan.json

            EXIT CODES
              0  done
              1  failed
              2  wrong usage, or a plan with problems
              3  changes are pending (rollout --dry-run)
            """,
        version: Release.version,
        subcommands: [
            CoordinatorInit.self, CoordinatorServe.self, TokenCommand.self, NodeCommand.self,
            OperatorCommand.self, CertificateAuthorityCommand.self, PlanCommand.self,
            PreflightCommand.self, RolloutCommand.self, GraphCommand.self, DashboardCommand.self,
            TunnelCommand.self, KubeconfigCommand.self, SnapshotCommand.self,
            ArtifactsCommand.self, EventsCommand.self, WhyCommand.self, Rehearse.self,
        ]
    )

    /// Parses, runs, and ends the process with the exit code that the help promises.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            if let failure = StandardOutput.failure { throw failure }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            complain(failure.text)
            Foundation.exit(failure.code.rawValue)
        }
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code.isSuccess {
            print(message)
        } else if !message.isEmpty {
            complain(message)
        }
        Foundation.exit(code == .validationFailure ? CommandExit.usage.rawValue : code.rawValue)
    }

    /// Says what went wrong; never a token that was typed by mistake.
    private static func complain(_ text: String) {
        StandardError.write(JoinToken.redacted(text))
    }
}
