import ArgumentParser
import PlanFile

extension PlanCommand {
    /// `coordinator plan check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Tell every problem of a plan at once, or that it has none.",
            discussion: """
                Each problem comes with its line and column, the line itself, the JSON pointer of the \
                value, what is wrong, and what to write instead. A plan without problems is summed up \
                in one line with its digest, which is the same for all plans that ask for the same. \
                What a plan asks for and this release does not carry out is cautioned about.

                As JSON this is one object with valid, problems and cautions. Each of those has file, \
                line, column, endLine, endColumn, pointer, severity (error or caution), code (syntax, \
                missing, unknown, type, value, conflict, secret or unsupported), message and advice.

                EXAMPLE
                  coordinator plan check --plan plan.json
                  coordinator plan check --plan - --output json < plan.yaml

                EXIT CODES
                  0 no problems, 2 problems, or wrong usage
                """
        )

        @OptionGroup var plan: PlanOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let text = try PlanDocument.load(plan.file, output.format)
            let report = PlanReport(output.format)
            report.tell(text.cautions)
            StandardOutput.write(report.sound(text))
        }
    }
}
