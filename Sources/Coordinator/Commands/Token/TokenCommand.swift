import ArgumentParser

/// What lets new machines in.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Join tokens: what lets a new machine's agent in.",
        discussion: """
            EXAMPLE
              coordinator token create --node kube-japan
            """,
        subcommands: [Create.self]
    )
}
