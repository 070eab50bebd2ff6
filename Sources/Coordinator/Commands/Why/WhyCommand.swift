import ArgumentParser
import Daemon
import GRPCCore
import Protocol

/// `coordinator why HOST`.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say what is wrong with a host: the first link of the chain that is broken.",
        discussion: """
            From the coordinator to the mesh: is the host enrolled, its agent connected, was the last rollout \
            good, has it room, does K3s run, do its WireGuard peers shake hands, is its clock right. Each \
            rests on those before it, so the first that is broken is what to mend, with the command for that.

            With --output json one object with links, each with name, holds (true, false or null), seen and \
            remedy.

            EXAMPLE
              coordinator why kube-seoul

            EXIT CODES
              0 nothing is broken, 1 something is, or nothing could be asked, 2 wrong usage
            """
    )

    @Argument(help: "The host's id.")
    var host: String

    @OptionGroup var output: OutputOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let diagnosis = try await OperatorConnection(state).run { client in
            let nodes = try await client.listNodes(WireListNodesRequest(), options: .short).nodes
            let rollouts = try await client.listRollouts(
                WireListRolloutsRequest(),
                options: .short
            ).rollouts
            return Diagnosis(of: host, among: nodes, latest: rollouts.first, now: WallClock.now())
        }
        switch output.format {
        case .json: StandardOutput.write(diagnosis.json.text)
        case .text: StandardOutput.write(diagnosis.lines.joined(separator: "\n"))
        }
        guard diagnosis.broken == nil else { throw ExitCode(CommandExit.failed.rawValue) }
    }
}

extension Diagnosis {
    /// A line for each link, and what helps under the broken one.
    var lines: [String] {
        let told = links.map { link in
            let word =
                switch link.holds {
                case true?: "ok"
                case false?: "BROKEN"
                case nil: "unknown"
                }
            return
                "  \(TerminalText.padded(word, to: 8)) \(TerminalText.padded(link.name, to: 10)) "
                + link.seen
        }
        let closing =
            broken.map { ["  \($0.remedy)"] }
            ?? ["Nothing is broken that the coordinator can see."]
        return (told + closing).map(TerminalText.cleaned)
    }

    /// One object.
    var json: JSONLine {
        .object([
            (
                "links",
                .array(
                    links.map { link in
                        .object([
                            ("name", .string(link.name)),
                            ("holds", link.holds.map { .bool($0) } ?? .verbatim("null")),
                            ("seen", .string(link.seen)), ("remedy", .string(link.remedy)),
                        ])
                    }
                )
            )
        ])
    }
}
