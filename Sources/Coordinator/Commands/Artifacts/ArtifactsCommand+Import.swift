import ArgumentParser
import Foundation
import GRPCCore
import Protocol
import SwiftProtobuf

extension ArtifactsCommand {
    /// `coordinator artifacts import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Bring a bundle's files into the coordinator's cache.",
            discussion: """
                Each file's hash is verified before it enters the cache. The hashes are kept as those of \
                the addresses that the plan names, so that a rollout asks nobody for them. A bundle that \
                says something else of an address than this coordinator has found before is refused.

                EXAMPLE
                  coordinator artifacts import bundle.tar

                EXIT CODES
                  0 imported, now or before, 1 failed, 2 wrong usage
                """
        )

        @Argument(help: ArgumentHelp("The bundle's file.", valueName: "bundle"))
        var file: String

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let (path, source) = (file, URL(fileURLWithPath: file))
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw CommandFailure("there is no bundle at \(path) that could be read")
            }
            let answer = try await OperatorConnection(state).run { client in
                try await client.importArtifacts(options: .patient) { writer in
                    let handle = try FileHandle(forReadingFrom: source)
                    defer { try? handle.close() }
                    while let data = try handle.read(upToCount: 256 << 10), !data.isEmpty {
                        try await writer.write(.with { $0.data = data })
                    }
                }
            }
            let rows = answer.artifacts.map { ($0.url, $0.sha256, $0.size) }
            switch output.format {
            case .json: StandardOutput.write(ArtifactReport.json(rows).text)
            case .text:
                let sum = "All \(rows.count) are in the cache, \(answer.added) of them new."
                StandardOutput.write(
                    (ArtifactReport.table(rows) + ["", sum]).joined(separator: "\n")
                )
            }
        }
    }
}
