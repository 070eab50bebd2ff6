import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension RolloutCommand {
    /// `coordinator rollout pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Let no further step of a rollout begin; those that run go on.",
            discussion: """
                A paused rollout waits for rollout resume or rollout cancel, also over a restart of the \
                coordinator. Pausing one that is paused changes nothing.

                EXAMPLE
                  coordinator rollout pause r-0123abcd

                EXIT CODES
                  0 asked for, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The rollout, as rollout list names it.", valueName: "id"))
        var rollout: String

        @OptionGroup var state: StateOption

        func run() async throws {
            let request = WirePauseRolloutRequest.with { $0.rolloutID = rollout }
            _ = try await OperatorConnection(state).run { client in
                try await client.pauseRollout(request, options: .short)
            }
            StandardOutput.write(
                """
                Rollout \(rollout) is being paused: steps that run go on, no other begins.
                  coordinator rollout resume \(rollout)\(state.suffix)
                """
            )
        }
    }
}
