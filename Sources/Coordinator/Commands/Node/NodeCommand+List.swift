import ArgumentParser
import Daemon
import GRPCCore
import Protocol

extension NodeCommand {
    /// `coordinator node list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the nodes with their health.",
            discussion: """
                Each agent reports its machine's health while it is connected; of a lost one the last \
                report is shown. WIREGUARD counts the peers that shook hands within three minutes, \
                and the age of the oldest handshake.

                EXAMPLE
                  coordinator node list
                  coordinator node list --output json

                EXIT CODES
                  0 listed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.listNodes(WireListNodesRequest(), options: .short)
            }
            switch output.format {
            case .json: StandardOutput.write(NodeReport.json(answer.nodes).text)
            case .text where answer.nodes.isEmpty:
                StandardOutput.write(
                    """
                    No agent has enrolled yet. Let one in:
                      coordinator token create --node ID\(state.suffix)
                    """
                )
            case .text:
                let lines = NodeReport.table(answer.nodes, now: WallClock.now())
                StandardOutput.write(lines.joined(separator: "\n"))
            }
        }
    }
}
