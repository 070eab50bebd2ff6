import ArgumentParser
import GRPCCore
import Protocol

extension RolloutCommand {
    /// `coordinator rollout --plan FILE`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Carry a plan out and watch it (the default).",
            discussion: """
                The plan is checked first; nothing begins while it has a problem. A second rollout of \
                the same plan changes nothing. One that failed or was interrupted is simply run again: \
                what is done is not done twice.

                On a terminal there is a line for each node, drawn in place; otherwise a line for each \
                change of state. A rollout that succeeded ends with a table that says what is where. \
                With --output json each line is an object with a member "event": rolloutStarted, step, \
                line, rolloutPaused, rolloutResumed, and at last rolloutEnded with outcome (succeeded, \
                failed, cancelled, paused), changed, unchanged, failed and digest.

                A step that failed for good pauses the rollout, unless the plan's policies.failure says \
                otherwise: nothing begins any more, and you choose between rollout resume, which tries \
                again what failed, and rollout cancel.

                Ctrl-C ends the watching only. The rollout goes on; coordinator rollout cancel ends it, and \
                so does a second Ctrl-C at once, after a question.

                EXAMPLE
                  coordinator rollout --plan plan.json --dry-run
                  coordinator rollout --plan plan.json
                  coordinator rollout --plan plan.json --output json | jq -r .event

                EXIT CODES
                  0  done
                  1  failed, paused by a failure, or cancelled
                  2  wrong usage, or a plan with problems
                  3  changes are pending (--dry-run)
                  130  detached by Ctrl-C; the rollout goes on
                """
        )

        @OptionGroup var plan: PlanOption

        @Flag(help: "Ask every agent what would change; change nothing.")
        var dryRun = false

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let submission = try PlanSubmission.read(plan.file)
            let connection = try OperatorConnection(state)
            if dryRun {
                let preview = DryRunReport(
                    planFile: plan.file,
                    suffix: state.suffix,
                    format: output.format
                )
                try await connection.run { client in
                    try await preview.run(submission.request, client: client)
                }
            }
            let watching = RolloutWatching(
                format: output.format,
                submission: submission,
                suffix: state.suffix
            )
            try await connection.run { client in
                let begun = try await client.startRollout(submission.request, options: .patient)
                try await watching.run(begun.rolloutID, client: client)
            }
        }
    }
}
