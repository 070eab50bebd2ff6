import ArgumentParser
import Foundation
import Plan
import PlanFile

extension PlanCommand {
    /// `coordinator plan pin`.
    struct Pin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pin",
            abstract: "Write the SHA-256 of every file that a plan names into the plan.",
            discussion: """
                Each file without a sha256 is asked about once: the list of checksums that its release \
                publishes, or else the file itself, which is fetched with curl. The hashes are written \
                into the plan's file; nothing else in it changes, not a space. From then on a rollout \
                takes these files and no others, and the plan has another digest.

                Files that have a sha256, or that this release pins, are left as they are; with \
                --verify they are asked about too, and one that is another now is an error. Where \
                anything fails the plan's file stays as it was.

                EXAMPLE
                  coordinator plan pin plan.json
                  coordinator plan pin plan.json --verify

                EXIT CODES
                  0  every file is pinned, now or before
                  1  a file cannot be had, or is not what the plan says; nothing was changed
                  2  the plan has problems, or wrong usage
                """
        )

        @Argument(
            help: ArgumentHelp("The plan's file, JSON or YAML.", valueName: "plan"),
            completion: .file(extensions: ["json", "yaml", "yml"])
        )
        var file: String

        @Flag(help: "Ask about files that are pinned already, and compare.")
        var verify = false

        @OptionGroup var output: OutputOption

        func validate() throws {
            guard file != "-" else {
                throw ValidationError("plan pin writes into the plan: name its file.")
            }
        }

        func run() async throws {
            let text = try PlanDocument.load(file, output.format)
            let isForPeople = output.format == .text
            let pinning = PlanPinning(text, verify: verify) { url in
                if isForPeople { StandardError.write("Asking \(url)") }
            }
            let outcome: PlanPinning.Outcome
            do {
                outcome = try await pinning.run()
            } catch let failure as ArtifactFailure {
                throw CommandFailure(
                    failure.description,
                    advice: ["\(file) was not changed."]
                )
            }
            switch output.format {
            case .text: StandardOutput.write(outcome.lines.joined(separator: "\n"))
            case .json: StandardOutput.write(outcome.json.canonicalJSON())
            }
        }
    }
}
