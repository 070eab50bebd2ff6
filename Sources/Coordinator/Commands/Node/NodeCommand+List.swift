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
                and the age of the oldest handshake. RTT is the median of the latest probes there and \
                back; SKEW is what the node's clock is ahead (+) or behind (-), or how little at most. \
                A clock that is more than a second off is warned of under the table.

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
                let warnings = NodeClockReport.warnings(answer.nodes)
                let told = lines + (warnings.isEmpty ? [] : [""] + warnings)
                StandardOutput.write(told.joined(separator: "\n"))
            }
        }
    }
}
