import ArgumentParser
import Daemon
import GRPCCore
import Protocol
import SwiftProtobuf

/// `coordinator events`.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print what happened in the cluster.",
        discussion: """
            Nodes that came, went, enrolled, renewed their certificates or were revoked; tokens; \
            rollouts; the coordinator's own starts and stops. Kept for 90 days: the last 200 \
            connections of a node and 5,000 of all, and the last 5,000 of all other events.

            With --output json each line is an object with number, at (milliseconds since 1970), \
            kind, node and words.

            EXAMPLE
              coordinator events --since 1h
              coordinator events --node kube-seoul --follow
              coordinator events --output json | jq -r .kind

            EXIT CODES
              0 printed, 1 failed, 2 wrong usage, 130 left with Ctrl-C
            """
    )

    @Flag(help: "Go on with the events to come, also when the coordinator restarts.")
    var follow = false

    @Option(help: ArgumentHelp("Only events of this node.", valueName: "id"))
    var node: String?

    @Option(help: ArgumentHelp("Only the last so long: 1m to 7d, as 90s, 1h.", valueName: "span"))
    var since: TimeToLive?

    @OptionGroup var output: OutputOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let connection = try OperatorConnection(state)
        let request = WireEventsRequest.with {
            $0.node = node ?? ""
            $0.since = since.map { WallClock.now() - $0.seconds * 1000 } ?? 0
            $0.follow = follow
        }
        let format = output.format
        let last: Int64? = try await Interruption.race {
            try await connection.run { client in
                try await EventFollower(client: client, format: format).run(request)
            }
        }
        guard let last else { throw ExitCode(CommandExit.detached.rawValue) }
        if last == 0, format == .text {
            StandardError.write("Nothing happened that is kept.")
        }
    }
}

/// Reads events and prints them; one who follows comes back when the coordinator was away.
struct EventFollower: Sendable {
    /// The way to the coordinator; it connects again by itself.
    let client: OperatorConnection.Client
    /// For whom.
    let format: OutputFormat

    /// Prints all; returns the last one's number, 0 where there was none.
    func run(_ request: WireEventsRequest) async throws -> Int64 {
        var request = request
        var isFirst = true
        while true {
            do {
                let printer = EventPrinter(format, last: request.after)
                defer { request.after = printer.last }
                try await client.events(request) { response in
                    for try await event in response.messages { printer.print(event) }
                }
                if !request.follow { return printer.last }
            } catch let error as RPCError where error.code == .unavailable {
                guard request.follow, !isFirst || request.after > 0 else { throw error }
            }
            isFirst = false
            try await Task.sleep(for: .seconds(1))
        }
    }
}
