import ArgumentParser

/// The machines that enrolled.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Nodes: the machines whose agents enrolled.",
        discussion: """
            EXAMPLE
              coordinator node list
            """,
        subcommands: [List.self]
    )
}
