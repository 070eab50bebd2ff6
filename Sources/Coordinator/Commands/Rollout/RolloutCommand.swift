import ArgumentParser

/// Plans becoming clusters.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Carry a plan out, and look after rollouts.",
        usage: """
            coordinator rollout --plan <file> [--dry-run] [--output <format>] [--state <dir>]
            coordinator rollout <subcommand>
            """,
        discussion: """
            Without a subcommand, start is meant: coordinator rollout --plan FILE. Its options are \
            told by: coordinator rollout start --help

            EXAMPLE
              coordinator rollout --plan plan.json --dry-run
              coordinator rollout --plan plan.json
              coordinator rollout show

            EXIT CODES
              0  done
              1  failed, paused by a failure, or cancelled
              2  wrong usage, or a plan with problems
              3  changes are pending (--dry-run)
              130  detached by Ctrl-C; the rollout goes on
            """,
        subcommands: [
            Start.self, Show.self, List.self, Watch.self,
            Pause.self, Resume.self, Cancel.self, Logs.self,
        ],
        defaultSubcommand: Start.self
    )
}
