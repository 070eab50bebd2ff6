import ArgumentParser
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

extension TokenCommand {
    /// `coordinator token create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a join token for one node and print it once.",
            discussion: """
                The token lets one agent enrol, under this node's id only, until its time is over. It \
                also names the coordinator's certificate authority, so that the agent cannot be led \
                to another one. The coordinator keeps a hash of it and cannot print it again.

                The token goes to standard output, the advice to standard error.

                EXAMPLE
                  coordinator token create --node kube-japan --ttl 1h
                  coordinator token create --node kube-japan | ssh root@kube-japan \\
                    node-agent enroll --coordinator coordinator.example.org:7443 --token-file -

                EXIT CODES
                  0 made, 1 failed, 2 wrong usage
                """
        )

        @Option(help: ArgumentHelp("The host's id in the plan.", valueName: "id"))
        var node: String

        @Option(help: ArgumentHelp("How long it can be used: 60s to 7d.", valueName: "span"))
        var ttl = TimeToLive.halfAnHour

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            guard HostID(node) != nil else {
                throw ValidationError(
                    "'\(node)' is no host id: use 1 to 63 of a-z, 0-9 and -, with no - at either end."
                )
            }
        }

        func run() async throws {
            let connection = try OperatorConnection(state)
            let request = WireCreateTokenRequest.with {
                $0.nodeID = node
                $0.timeToLive = ttl.seconds
            }
            let made = try await connection.run { client in
                try await client.createToken(request, options: .short)
            }
            switch output.format {
            case .text:
                StandardOutput.write(made.token)
                if let failure = StandardOutput.failure { throw failure }
                StandardError.write(advice(address: connection.address))
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("node", .string(node)),
                        ("token", .string(made.token)),
                        ("expires", .integer(made.expires)),
                    ]).text
                )
            }
        }

        private func advice(address: String) -> String {
            let span = ttl.defaultValueDescription
            return """

                This token lets the agent of \(node) in, once, within \(span). It is not shown again.
                Put it into a file on \(node) that only root can read, then type there:
                  sudo node-agent enroll --coordinator \(address) --token-file FILE
                """
        }
    }
}
