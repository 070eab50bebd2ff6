import ArgumentParser
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

extension NodeCommand {
    /// `coordinator node revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Take back a node's certificates and join tokens; its agent is cut off.",
            discussion: """
                For a machine that was stolen, broken into or given up. Its connections end within a \
                second, and nothing that it was given so far lets it in again, also after a restart \
                of the coordinator. The machine itself is left as it is, K3s included.

                To let the node in again, make a new token for it and enrol it anew. Revoking twice \
                changes nothing.

                EXAMPLE
                  coordinator node revoke kube-seoul --reason "stolen disk"
                  coordinator node revoke kube-seoul --output json

                EXIT CODES
                  0 revoked, now or before, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The node, as node list names it.", valueName: "id"))
        var node: String

        @Option(help: ArgumentHelp("Why, for those who read node list.", valueName: "words"))
        var reason = ""

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            guard HostID(node) != nil else {
                throw ValidationError(
                    "'\(node)' is no host id: use 1 to 63 of a-z, 0-9 and -, with no - at either end."
                )
            }
            guard reason.count <= OperatorService.longestReason else {
                throw ValidationError(
                    "--reason takes at most \(OperatorService.longestReason) characters."
                )
            }
        }

        func run() async throws {
            let request = WireRevokeNodeRequest.with {
                $0.nodeID = node
                $0.reason = reason
            }
            let answer = try await OperatorConnection(state).run { client in
                try await client.revokeNode(request, options: .short)
            }
            switch output.format {
            case .text:
                let happened = answer.wasRevoked ? "was revoked before" : "is revoked"
                StandardOutput.write(
                    """
                    \(node) \(happened); none of its certificates and tokens counts any more.
                    To let it in again:
                      coordinator token create --node \(node)\(state.suffix)
                    """
                )
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("node", .string(node)),
                        ("revoked", .integer(answer.revoked)),
                        ("wasRevoked", .bool(answer.wasRevoked)),
                        ("reason", .string(answer.reason)),
                    ]).text
                )
            }
        }
    }
}
