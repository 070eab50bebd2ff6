import ArgumentParser
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

/// `coordinator preflight`.
struct PreflightCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preflight",
        abstract: "Look at a plan's hosts and at the ways between them; change nothing.",
        discussion: """
            Each agent looks at its machine, and the hosts probe each other. Every rollout begins with this \
            and does not begin where a check fails. What has to be so is named in the plan, under \
            policies.preflight.ignore; it is shown and noted all the same. docs/preflight.md lists the \
            checks.

            With --output json each line is an object with a member "event": finding, path, advice, and \
            at last ended with the number of each verdict (passed, warning, failed, ignored, skipped).

            EXAMPLE
              coordinator preflight --plan plan.json
              coordinator preflight --plan plan.json --hosts-only
              coordinator preflight --plan plan.json --output json | jq .verdict

            EXIT CODES
              0  nothing failed; there may be warnings
              1  a check failed, or nothing could be asked
              2  wrong usage, or a plan with problems
            """
    )

    @OptionGroup var plan: PlanOption

    @Flag(help: "Leave out the ways between the hosts.")
    var hostsOnly = false

    @OptionGroup var output: OutputOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let submission = try PlanSubmission.read(plan.file)
        let request = WirePreflightRequest.with {
            $0.plan.plan = submission.request.plan
            $0.plan.fileName = submission.request.fileName
            $0.hostsOnly = hostsOnly
        }
        let format = output.format
        let ending = try await OperatorConnection(state).run { client in
            try await client.preflight(request, options: .patient) { response in
                var report = PreflightReport()
                for try await event in response.messages {
                    if case .json = format { StandardOutput.write(PreflightJSON.line(event)) }
                    report.take(event)
                }
                if case .text = format {
                    StandardOutput.write(report.lines().joined(separator: "\n"))
                }
                return report.ending
            }
        }
        guard ending.failed == 0 else { throw ExitCode(CommandExit.failed.rawValue) }
    }
}
