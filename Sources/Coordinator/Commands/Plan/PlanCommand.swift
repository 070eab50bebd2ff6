import ArgumentParser

/// Plans on their own.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plans: draft, check, explain, compare and pin them.",
        discussion: """
            All but init read a plan and nothing else: they need no state folder and no coordinator.

            EXAMPLE
              coordinator plan init plan.yaml
              coordinator plan check --plan plan.yaml
              coordinator plan explain --plan plan.yaml
              coordinator plan pin plan.yaml
              coordinator plan diff old.yaml plan.yaml
              coordinator plan schema > plan.v1alpha1.schema.json
            """,
        subcommands: [
            Init.self, Check.self, Explain.self, Pin.self, Diff.self, Schema.self,
        ]
    )
}
