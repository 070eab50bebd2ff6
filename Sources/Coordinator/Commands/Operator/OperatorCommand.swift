import ArgumentParser
import Plan

/// Those who may operate the cluster.
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Operators: the people and programs that may do all that this command can.",
        discussion: """
            EXAMPLE
              coordinator operator create kim --into ./kim
              coordinator operator list
              coordinator operator revoke kim --reason "lost laptop"
            """,
        subcommands: [List.self, Create.self, Revoke.self]
    )

    /// Fails where nobody could be called so.
    static func validate(name: String) throws {
        guard RFC1123.isLabel(name) else {
            throw ValidationError(
                "'\(name)' is no operator's name: use 1 to 63 of a-z, 0-9 and -, with no - at either end."
            )
        }
    }
}
