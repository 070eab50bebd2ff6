import ArgumentParser

extension RolloutCommand {
    /// `coordinator rollout watch`.
    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "Watch a rollout from its beginning to its end.",
            discussion: """
                Ctrl-C ends the watching only; the rollout goes on.

                EXAMPLE
                  coordinator rollout watch r-0123abcd

                EXIT CODES
                  0  it succeeded
                  1  it failed, is paused by a failure, or was cancelled
                  2  wrong usage
                  130  detached by Ctrl-C
                """
        )

        @Argument(help: ArgumentHelp("The rollout, as rollout list names it.", valueName: "id"))
        var rollout: String

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let watching = RolloutWatching(
                format: output.format,
                submission: nil,
                suffix: state.suffix
            )
            try await OperatorConnection(state).run { client in
                try await watching.run(rollout, client: client)
            }
        }
    }
}
