import ArgumentParser
import Foundation
import GRPCCore
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Trust

extension SnapshotCommand {
    /// `coordinator snapshot fetch`.
    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fetch",
            abstract: "Fetch a sealed copy into a file.",
            discussion: """
                The copy is CMS in DER; who has the key opens it with

                  openssl cms -decrypt -binary -inform DER -in s.cms -inkey k.pem -out s

                EXAMPLE
                  coordinator snapshot fetch first-1a2b3c4d5e6f.snapshot --output s.cms
                  coordinator snapshot fetch first-1a2b3c4d5e6f.token --output t.cms

                EXIT CODES
                  0 written, 1 failed, nothing was written, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The copy, as snapshot list names it.", valueName: "name"))
        var name: String

        @Option(
            name: .customLong("output"),
            help: ArgumentHelp("Where to write it.", valueName: "file")
        )
        var file: String

        @OptionGroup var state: StateOption

        func validate() throws {
            guard DepositName.isValid(name) else {
                throw ValidationError(
                    "'\(name)' is no name of a copy; see coordinator snapshot list."
                )
            }
            guard !file.isEmpty, file != "-" else {
                throw ValidationError("--output needs the name of a file.")
            }
        }

        func run() async throws {
            let (file, name) = (file, name)
            guard !FileManager.default.fileExists(atPath: file) else {
                throw CommandFailure(
                    "there is something at \(file) already; it is left as it is",
                    advice: ["Name a new file with --output."]
                )
            }
            let request = WireFetchSnapshotRequest.with { $0.name = name }
            let size = try await OperatorConnection(state).run { client in
                try await client.fetchSnapshot(request, options: .patient) { response in
                    var writer = try AtomicFile.Writer(file, mode: 0o600)
                    var total: Int64 = 0
                    var size: Int64 = 0
                    for try await part in response.messages {
                        if part.total > 0 { total = part.total }
                        size += Int64(part.data.count)
                        try writer.append([UInt8](part.data))
                    }
                    guard size == total, size > 0 else {
                        throw CommandFailure("\(name) did not come as a whole; nothing was written")
                    }
                    try writer.commit()
                    return size
                }
            }
            StandardOutput.write(
                """
                \(file): \(size) bytes, sealed. With the key of the plan's k3s.snapshotRecipient:
                  openssl cms -decrypt -binary -inform DER -in \(file) -inkey recovery.key -out OPENED
                """
            )
        }
    }
}
