import ArgumentParser
import GRPCCore
import Protocol
import SwiftProtobuf

extension OperatorCommand {
    /// `coordinator operator revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Take back an operator's certificates; its connections end.",
            discussion: """
                For a credential that was stolen, copied or is no longer needed. Its connections end \
                within a second, and none of its certificates counts again, also after a restart of \
                the coordinator. Look at operator list and events for what it did before: it could \
                make other operators, tokens and rollouts.

                The operator on the coordinator's machine (admin) gets a new credential in its place \
                at once, in the coordinator's state folder; copies of the earlier one are worth nothing.

                EXAMPLE
                  coordinator operator revoke kim --reason "lost laptop"
                  coordinator operator revoke admin --output json

                EXIT CODES
                  0 revoked, now or before, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The operator, as operator list names it.", valueName: "name"))
        var name: String

        @Option(help: ArgumentHelp("Why, for those who read operator list.", valueName: "words"))
        var reason = ""

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            try OperatorCommand.validate(name: name)
            guard reason.count <= OperatorService.longestReason else {
                throw ValidationError(
                    "--reason takes at most \(OperatorService.longestReason) characters."
                )
            }
        }

        func run() async throws {
            let request = WireRevokeOperatorRequest.with {
                $0.name = name
                $0.reason = reason
            }
            let answer = try await OperatorConnection(state).run { client in
                try await client.revokeOperator(request, options: .short)
            }
            switch output.format {
            case .text:
                let happened = answer.wasRevoked ? "was revoked before" : "is revoked"
                let next =
                    answer.isReplaced
                    ? "A new credential lies in the coordinator's state folder."
                    : "See also: "
                        + "coordinator operator list\(state.suffix)"
                StandardOutput.write(
                    "\(name) \(happened); none of its certificates of before counts any more.\n\(next)"
                )
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("operator", .string(name)),
                        ("revoked", .integer(answer.revoked)),
                        ("wasRevoked", .bool(answer.wasRevoked)),
                        ("reason", .string(answer.reason)),
                        ("replaced", .bool(answer.isReplaced)),
                    ]).text
                )
            }
        }
    }
}
