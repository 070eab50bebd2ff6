import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension ArtifactsCommand {
    /// `coordinator artifacts list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List what is in the coordinator's cache, and where it came from.",
            discussion: """
                EXAMPLE
                  coordinator artifacts list
                  coordinator artifacts list --output json

                EXIT CODES
                  0 listed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.listArtifacts(.init(), options: .short)
            }
            let rows = answer.artifacts.map { ($0.url, $0.sha256, $0.size) }
            switch output.format {
            case .json: StandardOutput.write(ArtifactReport.json(rows).text)
            case .text: StandardOutput.write(ArtifactReport.table(rows).joined(separator: "\n"))
            }
        }
    }
}
