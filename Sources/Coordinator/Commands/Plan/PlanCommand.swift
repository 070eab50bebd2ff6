import ArgumentParser

/// Plans on their own; nobody but the file is asked.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plans: check one, see it with every default, or compare two.",
        discussion: """
            These commands read a plan and nothing else: they need no state folder and no coordinator.

            EXAMPLE
              coordinator plan check --plan plan.json
              coordinator plan explain --plan plan.json
              coordinator plan diff old.json plan.json
            """,
        subcommands: [Check.self, Explain.self, Diff.self]
    )
}
