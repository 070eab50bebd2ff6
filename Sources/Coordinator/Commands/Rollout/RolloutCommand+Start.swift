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
                what is done is not done twice. A host that earlier plans had and this one has not is never \
                touched: the rollout names it, and how to take it out of the cluster. In what else the plan \
                differs from the last one is said in one line before anything begins.

                On a terminal there is a line for each node, drawn in place; otherwise a line for each \
                change of state. A rollout that succeeded ends with a table that says what is where. \
                With --output json each line is an object with a member "event": rolloutStarted, step, \
                line, rolloutPaused, rolloutResumed, and at last rolloutEnded with outcome (succeeded, \
                failed, cancelled, paused), changed, unchanged, failed and digest.

                A step that failed for good pauses the rollout, unless the plan's policies.failure says \
                otherwise: nothing begins any more, and you choose between rollout resume, which tries \
                again what failed, and rollout cancel.

                --dry-run ends with a digest of the plan and of all that was found on the hosts. With \
                --approve DIGEST everything is looked at again first; where anything is otherwise, that is \
                shown and nothing begins.

                Ctrl-C ends the watching only. The rollout goes on; coordinator rollout cancel ends it, and \
                so does a second Ctrl-C at once, after a question.

                EXAMPLE
                  coordinator rollout --plan plan.json --dry-run
                  coordinator rollout --plan plan.json
                  coordinator rollout --plan plan.json --approve 5f2c…
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

        @Option(
            help: ArgumentHelp(
                "Begin only if everything is as the dry run that ended with this digest found it.",
                valueName: "digest"
            )
        )
        var approve: String?

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            guard let approve else { return }
            if dryRun {
                throw ValidationError("--dry-run approves nothing; leave --approve away.")
            }
            guard approve.count == 64, approve.allSatisfy(\.isHexDigit) else {
                throw ValidationError(
                    "--approve takes the 64 hexadecimal digits that a dry run ends with."
                )
            }
        }

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
            var request = submission.request
            request.approved = approve?.lowercased() ?? ""
            try await connection.run { [request] client in
                let begun = try await client.startRollout(request, options: .patient)
                try await watching.run(begun.rolloutID, client: client)
            }
        }
    }
}
