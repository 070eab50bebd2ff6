import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension RolloutCommand {
    /// `coordinator rollout resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Let a paused rollout go on, and try again what failed.",
            discussion: """
                What is done is not done twice. Resuming one that is not paused changes nothing.

                EXAMPLE
                  coordinator rollout resume r-0123abcd

                EXIT CODES
                  0 asked for, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The rollout, as rollout list names it.", valueName: "id"))
        var rollout: String

        @OptionGroup var state: StateOption

        func run() async throws {
            let request = WireResumeRolloutRequest.with { $0.rolloutID = rollout }
            _ = try await OperatorConnection(state).run { client in
                try await client.resumeRollout(request, options: .short)
            }
            StandardOutput.write(
                """
                Rollout \(rollout) goes on.
                  coordinator rollout watch \(rollout)\(state.suffix)
                """
            )
        }
    }
}
