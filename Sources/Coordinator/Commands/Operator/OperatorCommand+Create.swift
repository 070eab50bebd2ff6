import ArgumentParser
import Foundation
import GRPCCore
import Protocol
import SwiftProtobuf
import Trust

extension OperatorCommand {
    /// `coordinator operator create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Let somebody operate the cluster, from their own machine.",
            discussion: """
                Makes a folder with all that an operator's commands need: a key, made here and known \
                to nobody else, its certificate, and the coordinator's address. Move it to the \
                operator's machine; there every command takes it with --state.

                Made again for the same name, it is one more certificate beside the others: so one \
                that is about to expire is replaced. An operator can do all that you can.

                EXAMPLE
                  coordinator operator create kim --into ./kim
                  coordinator operator create backup-job --into ./backup-job --days 365

                EXIT CODES
                  0 made, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("What the operator is called.", valueName: "name"))
        var name: String

        @Option(help: ArgumentHelp("A new folder for the credential.", valueName: "dir"))
        var into: String

        @Option(help: ArgumentHelp("How long it is good for, 1 to 825.", valueName: "days"))
        var days: Int32 = 90

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func validate() throws {
            try OperatorCommand.validate(name: name)
            guard !into.isEmpty else { throw ValidationError("--into needs the name of a folder.") }
            guard (1...825).contains(days) else { throw ValidationError("--days takes 1 to 825.") }
        }

        func run() async throws {
            let folder = OperatorFolder(path: into)
            try folder.demandFree()
            let configuration = try configuration()
            let key = try PrivateKey.generate()
            let request = try CertificateRequest.make(commonName: name, key: key)
            let answer = try await OperatorConnection(state).run { client in
                try await client.createOperator(
                    .with {
                        $0.name = name
                        $0.certificateRequest = request.pem
                        $0.days = days
                    },
                    options: .short
                )
            }
            let credential = Credential(
                certificate: answer.certificate,
                key: try key.pem(),
                authorities: answer.certificateAuthority
            )
            try folder.write(credential, configuration)
            tell(expires: answer.expires)
        }

        private func configuration() throws -> CoordinatorConfiguration {
            do {
                return try state.directory.configuration()
            } catch {
                throw CommandFailure.state(error)
            }
        }

        private func tell(expires: Int64) {
            switch output.format {
            case .text:
                StandardOutput.write(
                    """
                    \(name) may operate the cluster for \(days) days with what is in \(into), a secret key \
                    among it.
                    Move the folder to their machine, where all commands take it:
                      coordinator node list --state \(into)
                    """
                )
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("operator", .string(name)),
                        ("folder", .string(into)),
                        ("expires", .integer(expires)),
                    ]).text
                )
            }
        }
    }
}
