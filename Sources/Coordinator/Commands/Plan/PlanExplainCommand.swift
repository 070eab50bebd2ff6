import ArgumentParser
import PlanFile

extension PlanCommand {
    /// `coordinator plan explain`.
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Print a plan with every default written out, and the reason of each.",
            discussion: """
                As text this is the same plan once more, in YAML, with a comment behind each value that \
                the file leaves open. As JSON it is one object: digest, plan, and defaults with the \
                pointer, value and reason of each.

                EXAMPLE
                  coordinator plan explain --plan plan.json
                  coordinator plan explain --plan plan.json > full.yaml

                EXIT CODES
                  0 printed, 2 the plan has problems, or wrong usage
                """
        )

        @OptionGroup var plan: PlanOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let text = try PlanDocument.load(plan.file, output.format)
            let report = PlanReport(output.format)
            report.tell(text.cautions)
            StandardOutput.write(report.explained(text.explanation))
        }
    }
}
