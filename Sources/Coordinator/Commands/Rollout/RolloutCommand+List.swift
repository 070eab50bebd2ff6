import ArgumentParser
import Daemon
import Foundation
import GRPCCore
import Protocol

extension RolloutCommand {
    /// `coordinator rollout list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the rollouts, the latest first.",
            discussion: """
                EXAMPLE
                  coordinator rollout list

                EXIT CODES
                  0 listed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.listRollouts(WireListRolloutsRequest(), options: .short)
            }
            let rollouts = answer.rollouts.sorted { $0.started > $1.started }
            switch output.format {
            case .json:
                let list = JSONLine.array(rollouts.map(RolloutListing.json))
                StandardOutput.write(JSONLine.object([("rollouts", list)]).text)
            case .text where rollouts.isEmpty:
                StandardOutput.write(
                    """
                    There was no rollout yet. Begin with:
                      coordinator rollout --plan plan.json --dry-run\(state.suffix)
                    """
                )
            case .text:
                let lines = RolloutListing.table(rollouts, now: WallClock.now())
                StandardOutput.write(lines.joined(separator: "\n"))
            }
        }
    }
}

/// Rollouts in a table or as JSON.
enum RolloutListing {
    /// A header and a line for each rollout.
    static func table(_ rollouts: [WireRolloutSummary], now: Int64) -> [String] {
        var table = TextTable([
            ("ROLLOUT", .left), ("CLUSTER", .left), ("OUTCOME", .left), ("STARTED", .left),
            ("TOOK", .right), ("CHANGED", .right), ("UNCHANGED", .right), ("FAILED", .right),
            ("PLAN", .left),
        ])
        for rollout in rollouts {
            let runs = rollout.ended == 0
            table.append([
                rollout.id, rollout.cluster, rollout.standing,
                Spans.short(from: rollout.started, to: now) + " ago",
                Spans.short(from: rollout.started, to: runs ? now : rollout.ended),
                "\(rollout.changed)", "\(rollout.unchanged)", "\(rollout.failed)",
                String(rollout.digest.prefix(19)),
            ])
        }
        return table.lines()
    }

    /// All that is known of one.
    static func json(_ rollout: WireRolloutSummary) -> JSONLine {
        .object([
            ("id", .string(rollout.id)),
            ("cluster", .string(rollout.cluster)),
            ("outcome", .string(rollout.standing)),
            ("started", .integer(rollout.started)),
            ("ended", .integer(rollout.ended)),
            ("changed", .integer(Int64(rollout.changed))),
            ("unchanged", .integer(Int64(rollout.unchanged))),
            ("failed", .integer(Int64(rollout.failed))),
            ("digest", .string(rollout.digest)),
        ])
    }
}

extension WireRolloutSummary {
    /// How it ended, or how far it is.
    var standing: String {
        switch phase {
        case .paused: "paused"
        case .cancelling: "cancelling"
        case .running, .ended, .unspecified, .UNRECOGNIZED: outcome.word
        }
    }
}
