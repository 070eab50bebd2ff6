import ArgumentParser

/// Plans on their own.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plans: check, explain and compare them.",
        discussion: """
            These commands read a plan and nothing else: they need no state folder and no coordinator.

            EXAMPLE
              coordinator plan check --plan plan.yaml
              coordinator plan explain --plan plan.yaml
              coordinator plan diff old.yaml plan.yaml
              coordinator plan schema > plan.v1alpha1.schema.json
            """,
        subcommands: [
            Check.self, Explain.self, Diff.self, Schema.self,
        ]
    )
}
