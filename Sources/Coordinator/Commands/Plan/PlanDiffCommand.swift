import ArgumentParser
import Plan
import PlanFile

extension PlanCommand {
    /// `coordinator plan diff`.
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Tell what a rollout of a plan would do after one of another.",
            discussion: """
                Compares what two plans ask for, defaults included; how they are written counts for \
                nothing. Told are hosts that come, go and change, each value that differs, which steps \
                have something to do and why, and what a rollout will not do by itself. A host that \
                is left out is never touched.

                What servers look like is not asked; coordinator rollout --dry-run does that.

                EXAMPLE
                  coordinator plan diff old.json plan.json
                  coordinator plan diff old.json plan.json --output json | jq .steps

                EXIT CODES
                  0  a rollout has nothing new to do
                  2  a plan with problems, or wrong usage
                  3  the plans differ
                """
        )

        @Argument(help: ArgumentHelp("The plan that was rolled out.", valueName: "old"))
        var old: String

        @Argument(help: ArgumentHelp("The plan that will be.", valueName: "new"))
        var new: String

        @OptionGroup var output: OutputOption

        func validate() throws {
            guard old != "-" || new != "-" else {
                throw ValidationError("Only one of the two plans can be standard input.")
            }
        }

        func run() async throws {
            let plans = try (
                PlanDocument.load(old, output.format).plan,
                PlanDocument.load(new, output.format).plan
            )
            let diff = PlanDiff(from: plans.0, to: plans.1)
            let text = PlanDiffReport(
                diff,
                old: PlanReport.digest(of: plans.0),
                new: PlanReport.digest(of: plans.1)
            )
            switch output.format {
            case .text: StandardOutput.write(text.lines.joined(separator: "\n"))
            case .json: StandardOutput.write(text.json.canonicalJSON())
            }
            if !diff.isEmpty { throw ExitCode(CommandExit.changesPending.rawValue) }
        }
    }
}
