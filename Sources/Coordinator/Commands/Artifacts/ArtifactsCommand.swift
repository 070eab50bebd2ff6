import ArgumentParser

/// `coordinator artifacts`.
struct ArtifactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "Carry what a plan needs to a coordinator that has no way out.",
        discussion: """
            A rollout fetches K3s, its install script, its images where the plan names them, and Kilo's \
            manifests once, and hands them to the agents. Where the coordinator cannot reach those \
            addresses, one file brings all of it.

            EXAMPLE
              coordinator artifacts export --plan plan.json bundle.tar  # where it is
              coordinator artifacts import bundle.tar                   # here
              coordinator rollout --plan plan.json

            EXIT CODES
              0 done, 1 failed, 2 wrong usage, or a plan with problems
            """,
        subcommands: [Export.self, Import.self, List.self]
    )
}
