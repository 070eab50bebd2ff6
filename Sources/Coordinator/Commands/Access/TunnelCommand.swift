import ArgumentParser

/// `coordinator tunnel`.
struct TunnelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tunnel",
        abstract: "End what a plan's tunnel publishes.",
        discussion: """
            EXAMPLE
              coordinator tunnel remove
            """,
        subcommands: [TunnelCommand.Remove.self]
    )
}
