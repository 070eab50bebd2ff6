import Agent
import ArgumentParser

/// Which policy the agent obeys.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp(
            "The file that says what this agent may do.",
            discussion: """
                By default \(PolicyFile.standardPath), where that exists; without it everything is \
                allowed. It is read when the agent starts.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var file: String?

    /// Reads it.
    func load() throws(AgentFailure) -> AgentPolicy {
        try PolicyFile.load(file)
    }

    /// What it allows, or why it cannot be read.
    var words: String {
        do {
            return try load().summary
        } catch {
            return error.message
        }
    }
}
