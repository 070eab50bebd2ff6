import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension SnapshotCommand {
    /// `coordinator snapshot list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the sealed copies, with the node they came from.",
            discussion: """
                EXAMPLE
                  coordinator snapshot list
                  coordinator snapshot list --output json

                EXIT CODES
                  0 listed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.listSnapshots(.init(), options: .short)
            }
            switch output.format {
            case .json:
                let rows = answer.snapshots.map { copy in
                    JSONLine.object([
                        ("name", .string(copy.name)),
                        ("node", .string(copy.node)),
                        ("bytes", .integer(copy.size)),
                        ("at", .integer(copy.at)),
                    ])
                }
                StandardOutput.write(JSONLine.array(rows).text)
            case .text where answer.snapshots.isEmpty:
                StandardOutput.write(
                    "None yet: a rollout leaves one where the plan names k3s.snapshotRecipient."
                )
            case .text:
                var table = TextTable([
                    ("NAME", .left), ("NODE", .left), ("BYTES", .right), ("KEPT SINCE", .left),
                ])
                for copy in answer.snapshots {
                    table.append([copy.name, copy.node, "\(copy.size)", Timestamp.text(copy.at)])
                }
                StandardOutput.write(table.lines().joined(separator: "\n"))
            }
        }
    }
}
