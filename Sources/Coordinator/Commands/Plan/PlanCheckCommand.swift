import ArgumentParser
import Document
import Foundation
import Plan
import PlanFile

extension PlanCommand {
    /// `coordinator plan check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Tell every problem of a plan at once, or that it has none.",
            discussion: """
                Each problem comes with its line and column, the JSON pointer of the value, what is \
                wrong, and what to write instead. A plan without problems is summed up in one line \
                with its digest, which is the same for all plans that ask for the same.

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
            let document = try PlanDocument.read(plan.file)
            do throws(DocumentProblems) {
                let plan = try document.plan()
                StandardOutput.write(PlanReport(output.format).sound(plan))
            } catch {
                try PlanReport(output.format).refuse(error)
            }
        }
    }
}
