import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension RolloutCommand {
    /// `coordinator rollout cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "End a rollout: no step begins any more, those running are cancelled.",
            discussion: """
                What is done stays done. The same plan can be run again at any time.

                EXAMPLE
                  coordinator rollout cancel r-0123abcd

                EXIT CODES
                  0 asked for, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The rollout, as rollout list names it.", valueName: "id"))
        var rollout: String

        @OptionGroup var state: StateOption

        func run() async throws {
            let request = WireCancelRolloutRequest.with { $0.rolloutID = rollout }
            _ = try await OperatorConnection(state).run { client in
                try await client.cancelRollout(request, options: .short)
            }
            StandardOutput.write(Self.answer(rollout, state.suffix))
        }

        /// What is said once the coordinator has taken the wish.
        static func answer(_ rollout: String, _ suffix: String) -> String {
            """
            Rollout \(rollout) is being cancelled: steps that run are stopped, no other begins.
              coordinator rollout watch \(rollout)\(suffix)
            """
        }
    }
}
