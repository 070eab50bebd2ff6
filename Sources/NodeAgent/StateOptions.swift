import ArgumentParser

/// Where the agent keeps what it must not forget.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The agent's state directory.",
            discussion: "It holds agent.json, the credential and the journal of executions.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var directory = Self.standard

    private static let standard = "/var/lib/isthmus-agent"

    /// Whether it is the one that the package's unit runs with.
    var isStandard: Bool { directory == Self.standard }

    func validate() throws {
        guard !directory.isEmpty else {
            throw ValidationError("--state needs the name of a directory.")
        }
    }
}
