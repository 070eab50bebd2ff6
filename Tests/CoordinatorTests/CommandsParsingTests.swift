import ArgumentParser
import Glibc
import Testing

@testable import Coordinator

@Suite struct CommandsParsingTests {
    private static func commands(
        under command: any ParsableCommand.Type
    ) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { commands(under: $0) }
    }

    @Test func `every command's help has an abstract and an example`() {
        for command in Self.commands(under: CoordinatorProgram.self) {
            let configuration = command.configuration
            #expect(!configuration.abstract.isEmpty, "\(command)")
            #expect(configuration.discussion.lowercased().contains("example"), "\(command)")
        }
    }

    @Test func `every command that does something names its exit codes`() {
        for command in Self.commands(under: CoordinatorProgram.self)
        where command.configuration.subcommands.isEmpty {
            #expect(
                command.configuration.discussion.lowercased().contains("exit code"),
                "\(command)"
            )
        }
    }

    @Test func `rollout needs no subcommand`() throws {
        let command = try CoordinatorProgram.parseAsRoot(["rollout", "--plan", "plan.json"])
        let start = try #require(command as? RolloutCommand.Start)
        #expect(start.plan.file == "plan.json")
        #expect(!start.dryRun)
        #expect(start.output.format == .text)
        #expect(start.state.directory.path == "/var/lib/isthmus")
        #expect(start.state.suffix.isEmpty)
    }

    @Test func `options are understood`() throws {
        let command = try CoordinatorProgram.parseAsRoot([
            "rollout", "--plan", "-", "--dry-run", "--output", "json", "--state", "/tmp/s",
        ])
        let start = try #require(command as? RolloutCommand.Start)
        #expect(start.dryRun)
        #expect(start.output.format == .json)
        #expect(start.state.suffix == " --state /tmp/s")
        #expect(try CoordinatorProgram.parseAsRoot(["rollout", "show"]) is RolloutCommand.Show)
        #expect(
            try CoordinatorProgram.parseAsRoot(["rollout", "watch", "r-1"]) is RolloutCommand.Watch
        )
    }

    @Test(arguments: [
        ["rollout"], ["rollout", "watch"], ["frob"], ["init", "--cluster", "a"],
        ["token", "create", "--node", "A_B"], ["token", "create", "--node", "a", "--ttl", "1s"],
        ["node", "list", "--output", "xml"], ["serve", "--state", ""],
        ["rollout", "--plan", "a", "--frob"],
    ])
    func `wrong usage is refused before anything is done`(arguments: [String]) {
        #expect(throws: (any Error).self) {
            _ = try CoordinatorProgram.parseAsRoot(arguments)
        }
    }

    @Test(
        arguments: [
            ("60s", 60), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("59s", nil), ("8d", nil),
            ("", nil), ("m", nil), ("30", nil), ("-5m", nil), ("1.5h", nil), ("٣m", nil),
            ("99999999999999999999m", nil), ("9223372036854775807d", nil),
        ] as [(String, Int64?)]
    )
    func `spans are read as people type them`(text: String, seconds: Int64?) {
        #expect(TimeToLive(argument: text)?.seconds == seconds)
    }

    @Test func `no line of an example is broken by a terminal of 80 columns`() {
        for command in Self.commands(under: CoordinatorProgram.self) {
            for line in command.configuration.discussion.split(separator: "\n")
            where line.hasPrefix("  ") {
                #expect(line.count < 80, "\(command)")
            }
        }
    }

    @Test func `what cannot be written is noticed`() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(StandardOutput.writeAll("token", to: full) == ENOSPC)
    }

    @Test func `a failure's text is harmless and keeps its lines`() {
        let failure = CommandFailure("one\ntwo \u{1B}[31mred", advice: ["do\rthis"])
        #expect(failure.text == "Error: one\ntwo red\ndo this")
    }
}
