import ArgumentParser
import Daemon
import GRPCCore
import Protocol
import SwiftProtobuf

extension RolloutCommand {
    /// `coordinator rollout show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show how far a rollout is or how it ended, step by step.",
            discussion: """
                EXAMPLE
                  coordinator rollout show
                  coordinator rollout show r-0123abcd --output json

                EXIT CODES
                  0 shown, 1 failed, 2 wrong usage
                """
        )

        @Argument(
            help: ArgumentHelp("The rollout; the latest where none is named.", valueName: "id")
        )
        var rollout: String?

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            try await OperatorConnection(state).run { client in
                let summary = try await self.summary(from: client)
                let events = try await RolloutRecord.read(summary, from: client)
                try await tell(summary, events, client)
            }
        }

        private func tell(
            _ summary: WireRolloutSummary,
            _ events: [WireRolloutEvent],
            _ client: OperatorConnection.Client
        ) async throws {
            var view = RolloutView()
            for event in events {
                view.apply(event)
                if output.format == .json, let line = view.json(for: event) {
                    StandardOutput.write(line.text)
                }
            }
            guard output.format == .text else { return }
            let style = Terminal.standardOutput().style
            let lines = RolloutRecord.lines(
                summary,
                view: view,
                style: style,
                now: WallClock.now(),
                suffix: state.suffix,
                output: await FailedStepOutput.read(of: view, from: client)
            )
            StandardOutput.write(lines.joined(separator: "\n"))
        }

        private func summary(
            from client: OperatorConnection.Client
        ) async throws -> WireRolloutSummary {
            let known = try await client.listRollouts(WireListRolloutsRequest(), options: .short)
            let latest = known.rollouts.max { $0.started < $1.started }
            let found = rollout.map { id in known.rollouts.first { $0.id == id } } ?? latest
            if let found { return found }
            let list = "coordinator rollout list\(state.suffix)"
            throw rollout.map { id in
                CommandFailure(
                    "there is no rollout \(id)",
                    advice: ["See which there are: \(list)"]
                )
            }
                ?? CommandFailure(
                    "there was no rollout yet",
                    advice: ["Begin with: coordinator rollout --plan plan.json\(state.suffix)"]
                )
        }
    }
}
