import ArgumentParser

/// The machines that enrolled.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Nodes: the machines whose agents enrolled.",
        discussion: """
            EXAMPLE
              coordinator node list
              coordinator node revoke kube-seoul --reason "stolen disk"
            """,
        subcommands: [List.self, Revoke.self]
    )
}
