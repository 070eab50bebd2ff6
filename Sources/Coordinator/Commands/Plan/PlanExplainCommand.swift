import ArgumentParser
import Document
import Plan
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
            let document = try PlanDocument.read(plan.file)
            do throws(DocumentProblems) {
                let explanation = try document.explanation()
                StandardOutput.write(PlanReport(output.format).explained(explanation))
            } catch {
                try PlanReport(output.format).refuse(error)
            }
        }
    }
}
