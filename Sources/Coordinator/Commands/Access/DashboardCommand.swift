import ArgumentParser

/// `coordinator dashboard`.
struct DashboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Log in to the cluster's web page.",
        discussion: """
            EXAMPLE
              coordinator dashboard token --rights admin
            """,
        subcommands: [DashboardCommand.Token.self]
    )
}
