import ArgumentParser
import Plan

extension PlanCommand {
    /// `coordinator plan schema`.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the JSON Schema of plans, for editors.",
            discussion: """
                With it an editor completes names, shows what each field says, and marks most mistakes \
                while one types; coordinator plan check finds them all. Name it in the plan, or in the \
                editor's settings.

                EXAMPLE
                  coordinator plan schema > plan.v1alpha1.schema.json
                  in JSON:  "$schema": "./plan.v1alpha1.schema.json"
                  in YAML:  # yaml-language-server: $schema=./plan.v1alpha1.schema.json

                EXIT CODES
                  0 printed
                """
        )

        func run() throws {
            StandardOutput.writeRaw(PlanSchema.text)
        }
    }
}
