import ArgumentParser
import Plan
import PlanFile

extension ArtifactsCommand {
    /// `coordinator artifacts export`.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Fetch all that a plan needs, and write it into one file.",
            discussion: """
                Needs the internet, and neither a coordinator that runs nor root. Each file is held to \
                the plan's sha256 or to its release's list. The bundle is a tar archive that begins with \
                a manifest of all hashes; the same files always make the same bytes.

                EXAMPLE
                  coordinator artifacts export --plan plan.json bundle.tar
                  coordinator artifacts export --plan plan.json --architecture amd64 b.tar

                EXIT CODES
                  0  written
                  1  failed; nothing was written
                  2  wrong usage, or a plan with problems
                """
        )

        @OptionGroup var plan: PlanOption

        @Option(help: ArgumentHelp("Only files for these processors.", valueName: "amd64|arm64"))
        var architecture: [String] = []

        @Argument(help: ArgumentHelp("The bundle's file.", valueName: "bundle"))
        var file: String

        @OptionGroup var output: OutputOption

        func validate() throws {
            for word in architecture where Architecture(rawValue: word) == nil {
                throw ValidationError("--architecture is amd64 or arm64, not '\(word)'.")
            }
            guard !file.isEmpty, file != "-" else {
                throw ValidationError("artifacts export writes a file: name it.")
            }
        }

        func run() async throws {
            let text = try PlanDocument.load(plan.file, output.format)
            let chosen = architecture.compactMap { Architecture(rawValue: $0) }
            let isForPeople = output.format == .text
            let export = BundleExport(
                plan: text.plan,
                architectures: Set(chosen.isEmpty ? Architecture.allCases : chosen)
            ) { url in
                if isForPeople { StandardError.write("Fetching \(url)") }
            }
            let manifest: BundleManifest
            do {
                manifest = try await export.write(to: file)
            } catch let failure as ArtifactFailure {
                throw CommandFailure(failure.description, advice: ["No bundle was written."])
            } catch {
                throw CommandFailure("\(file) cannot be written: \(error)")
            }
            let rows = manifest.artifacts.map { ($0.url, $0.sha256, $0.size) }
            switch output.format {
            case .json: StandardOutput.write(ArtifactReport.json(rows).text)
            case .text:
                StandardOutput.write(
                    (ArtifactReport.table(rows) + [
                        "", "\(file) holds them all. At the coordinator:",
                    ]
                        + ["  coordinator artifacts import \(file)"]).joined(separator: "\n")
                )
            }
        }
    }
}
