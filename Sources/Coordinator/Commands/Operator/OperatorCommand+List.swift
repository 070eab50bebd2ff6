import ArgumentParser
import Daemon
import GRPCCore
import Protocol
import SwiftProtobuf

extension OperatorCommand {
    /// `coordinator operator list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the operators, who let them in, and how long they may.",
            discussion: """
                Those whose last certificate ended more than 90 days ago are not listed any more.

                EXAMPLE
                  coordinator operator list
                  coordinator operator list --output json

                EXIT CODES
                  0 listed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.listOperators(.init(), options: .short)
            }
            switch output.format {
            case .json: StandardOutput.write(OperatorReport.json(answer.operators).text)
            case .text:
                let lines = OperatorReport.table(answer.operators, now: WallClock.now())
                StandardOutput.write(lines.joined(separator: "\n"))
            }
        }
    }
}
