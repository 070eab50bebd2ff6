import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension RolloutCommand {
    /// `coordinator rollout logs`.
    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "Print what the steps of a rollout said.",
            discussion: """
                Each line comes with its time, node and step. Kept are the last 500 lines of a step and \
                the last 20,000 of a rollout, for the 20 latest rollouts; secrets are left out. What is \
                not kept any more is told where it is missing.

                With --output json each line is an object with number, at (milliseconds since 1970), \
                node, step, attempt, place (1, 2, 3 … within the step) and line.

                EXAMPLE
                  coordinator rollout logs r-0123abcd
                  coordinator rollout logs r-0123abcd --host kube-seoul --step k3s-agent
                  coordinator rollout logs r-0123abcd --follow --output json

                EXIT CODES
                  0 printed, 1 failed, 2 wrong usage, 130 left with Ctrl-C
                """
        )

        @Argument(help: ArgumentHelp("The rollout, as rollout list names it.", valueName: "id"))
        var rollout: String

        @Option(
            help: ArgumentHelp(
                "Only steps about this host, or carried out by it.",
                valueName: "host"
            )
        )
        var host: String?

        @Option(
            help: ArgumentHelp(
                "Only this step: its id, or its id without the host, as k3s-server.",
                valueName: "step"
            )
        )
        var step: String?

        @Option(help: ArgumentHelp("Begin with the last so many lines.", valueName: "lines"))
        var tail: Int32?

        @Flag(help: "Go on with the lines to come, until the rollout ends.")
        var follow = false

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            guard tail ?? 1 > 0 else {
                throw ValidationError("--tail needs a number of lines, 1 or more.")
            }
        }

        func run() async throws {
            let connection = try OperatorConnection(state)
            let request = WireLogsRequest.with {
                $0.rolloutID = rollout
                $0.host = host ?? ""
                $0.step = step ?? ""
                $0.last = tail ?? 0
                $0.follow = follow
            }
            let format = output.format
            let isTail = tail != nil
            let told: Int? = try await Interruption.race {
                try await connection.run { client in
                    try await client.logs(request) { response in
                        var report = StepLogReport(format, isTail: isTail)
                        for try await line in response.messages {
                            for text in report.lines(for: line) { StandardOutput.write(text) }
                        }
                        return report.count
                    }
                }
            }
            guard let told else { throw ExitCode(CommandExit.detached.rawValue) }
            if told == 0, format == .text {
                StandardError.write("No step said anything that is kept.")
            }
        }
    }
}
