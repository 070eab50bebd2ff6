import ArgumentParser
import Document
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

extension PlanCommand {
    /// `coordinator plan init`.
    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Draft a plan from the agents that have enrolled.",
            discussion: """
                Asks the coordinator which agents have enrolled and what they say about their machines, \
                and writes a plan with a host for each. Nothing is guessed that a person has to decide: \
                what the agents cannot know is marked FILL-IN, which plan check refuses, or stands in a \
                comment. The server is the machine with the most memory; make it another by changing \
                two roles.

                The plan goes to standard output, or into a new file; a file that exists is never \
                written over.

                EXAMPLE
                  coordinator plan init plan.yaml
                  coordinator plan init --format json > plan.json
                  coordinator plan check --plan plan.yaml

                EXIT CODES
                  0 written, 1 failed, or the file exists, 2 wrong usage
                """
        )

        @Argument(
            help: ArgumentHelp("A file that does not exist yet.", valueName: "file"),
            completion: .file(extensions: ["json", "yaml", "yml"])
        )
        var file: String?

        @Option(
            help: ArgumentHelp(
                "yaml, with comments, or json; without it the file's ending decides.",
                valueName: "format"
            )
        )
        var format: PlanSketch.Format?

        @OptionGroup var state: StateOption

        func run() async throws {
            try refuseExisting()
            let cluster: String
            do throws(StateFailure) {
                cluster = try state.directory.configuration().cluster
            } catch {
                throw CommandFailure.state(error)
            }
            let answer = try await OperatorConnection(state).run { client in
                try await client.listNodes(WireListNodesRequest(), options: .short)
            }
            let machines = answer.nodes.filter { $0.revoked == 0 }.map(PlanSketch.Machine.init)
            guard !machines.isEmpty else {
                throw CommandFailure(
                    "no agent has enrolled yet, so there is nothing to plan with",
                    advice: [
                        "Let one in: coordinator token create --node ID\(state.suffix)",
                        "Or begin with one of the examples: docs/plan.md",
                    ]
                )
            }
            let sketch = PlanSketch(cluster: cluster, machines: machines)
            try write(sketch.text(chosenFormat))
            StandardError.write(sketch.advice(for: file ?? "plan.\(chosenFormat.rawValue)"))
        }

        private var chosenFormat: PlanSketch.Format {
            if let format { return format }
            return file?.lowercased().hasSuffix(".json") == true ? .json : .yaml
        }

        private func refuseExisting() throws {
            guard let file, access(file, F_OK) == 0 else { return }
            throw exists(file)
        }

        private func exists(_ file: String) -> CommandFailure {
            CommandFailure(
                "\(file) exists and is not written over",
                advice: ["Name a file that does not exist, or remove this one first."]
            )
        }

        private func write(_ text: String) throws {
            guard let file else { return StandardOutput.writeRaw(text) }
            let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw errno == EEXIST
                    ? exists(file)
                    : CommandFailure(
                        "\(file) cannot be written: \(String(cString: strerror(errno)))"
                    )
            }
            defer { close(descriptor) }
            let code = StandardOutput.writeAll(text, to: descriptor)
            guard code == 0 else {
                unlink(file)
                throw CommandFailure(
                    "\(file) cannot be written: \(String(cString: strerror(code)))"
                )
            }
        }
    }
}

extension PlanSketch.Format: ExpressibleByArgument {}

extension PlanSketch.Machine {
    /// What an agent says.
    fileprivate init(_ node: WireNode) {
        self.init(
            id: node.id,
            hostname: node.facts.hostname,
            address: node.address,
            operatingSystem: node.facts.operatingSystem,
            architecture: node.facts.architecture,
            cpus: Int(node.facts.cpus),
            memory: node.facts.memoryBytes
        )
    }
}
