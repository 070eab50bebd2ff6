import ArgumentParser
import Logging
import Testing

@testable import NodeAgent

@Suite struct ArgumentsTests {
    @Test(
        arguments: [
            ("203.0.113.10", "203.0.113.10", 7443),
            ("203.0.113.10:9000", "203.0.113.10", 9000),
            ("coordinator.example:1", "coordinator.example", 1),
            ("[2001:db8::1]:9000", "2001:db8::1", 9000),
            ("[2001:db8::1]", "2001:db8::1", 7443),
            ("2001:db8::1", "2001:db8::1", 7443),
        ] as [(String, String, UInt16)]
    )
    func `a coordinator's address has a host and a port`(text: String, host: String, port: UInt16) {
        let address = CoordinatorAddress(argument: text)
        #expect(address?.host == host)
        #expect(address?.port == port)
    }

    @Test(
        arguments: [
            "", ":", ":7443", "host:", "host:0", "host:65536", "host:x", "[::1", "[::1]x", "[]:1",
            "https://host", "a b", "host\n", String(repeating: "a", count: 254),
        ]
    )
    func `what is no address is refused`(text: String) {
        #expect(CoordinatorAddress(argument: text) == nil)
    }

    @Test func `a machine is real, played, or played in a folder`() {
        #expect(MachineChoice(argument: "linux") == .linux)
        #expect(MachineChoice(argument: "simulated") == .simulated(folder: nil))
        #expect(MachineChoice(argument: "simulated:/tmp/a/") == .simulated(folder: "/tmp/a"))
        for text in ["", "Linux", "simulated:", "simulated:/", "docker"] {
            #expect(MachineChoice(argument: text) == nil)
        }
    }

    @Test func `every level of the logger has its word`() {
        #expect(LogLevel(argument: "debug")?.level == .debug)
        #expect(LogLevel(argument: "loud") == nil)
    }

    @Test func `a token is never an argument`() {
        #expect(throws: (any Error).self) {
            try NodeAgentProgram.parseAsRoot(["enroll", "--coordinator", "host", "--token", "x"])
        }
        #expect(throws: (any Error).self) {
            try NodeAgentProgram.parseAsRoot(["enroll", "--coordinator", "host", "x"])
        }
    }

    @Test(arguments: ["0", "-1", "nan", "inf"])
    func `time does not stand still on simulated machines`(pace: String) {
        #expect(throws: (any Error).self) {
            try NodeAgentProgram.parseAsRoot(["run", "--simulated-pace", pace])
        }
    }

    @Test(arguments: [["enroll"], ["run"], ["status"]])
    func `help has an example of every command`(command: [String]) {
        let name = command.joined()
        let help = NodeAgentProgram.helpMessage(for: subcommand(name), columns: 80)
        #expect(help.contains("  node-agent \(name)"))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains("USAGE") })
    }

    private func subcommand(_ name: String) -> any ParsableCommand.Type {
        switch name {
        case "enroll": Enroll.self
        case "run": Run.self
        default: Status.self
        }
    }
}
