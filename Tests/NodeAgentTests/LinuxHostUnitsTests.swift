import Agent
import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostUnitsTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    @Test func `a unit's state is what systemd says`() async throws {
        try scratch.play(
            "systemctl",
            "printf 'LoadState=loaded\\nActiveState=activating\\nSubState=start\\nUnitFileState=enabled\\n'"
        )
        let state = try await scratch.host.unit("k3s.service")
        #expect(state == UnitState(exists: true, enabled: true, active: "activating", sub: "start"))
        #expect(
            scratch.calls == [
                "systemctl show --property=LoadState,UnitFileState,ActiveState,SubState"
                    + " -- k3s.service"
            ]
        )
    }

    @Test(arguments: ["LoadState=not-found\nActiveState=inactive\nSubState=dead", "", "nonsense"])
    func `a unit may be missing`(_ answer: String) {
        let state = UnitState(systemctl: answer)
        #expect(!state.exists && !state.enabled)
    }

    @Test func `starting does not wait`() async throws {
        try scratch.play("systemctl", "exit 0")
        for action in [UnitAction.start, .restart, .stop, .enable] {
            try await scratch.host.perform(action, on: "k3s.service")
        }
        #expect(
            scratch.calls == [
                "systemctl start --no-block -- k3s.service",
                "systemctl restart --no-block -- k3s.service",
                "systemctl stop -- k3s.service", "systemctl enable -- k3s.service",
            ]
        )
    }

    @Test func `systemd's complaint is the failure's detail`() async throws {
        try scratch.play("systemctl", "echo 'Unit x.service not found.' >&2; exit 5")
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.perform(.start, on: "x.service")
        }
        #expect(failure?.message == "“systemctl start --no-block -- x.service” failed")
        #expect(failure?.details == ["Unit x.service not found."])
    }

    @Test func `the package's unit is started where it is there`() async throws {
        try scratch.play("systemctl", "[ \"$1\" = start ] || echo LoadState=loaded")
        let unit = PackagedUnit(on: scratch.host)
        #expect(try await unit.start())
        #expect(scratch.calls.last == "systemctl start -- isthmus-agent.service")
        try scratch.play("systemctl", "echo LoadState=not-found")
        #expect(try await !unit.start())
    }

    @Test func `who is enrolled hears that the unit does not start`() async throws {
        let answer =
            "echo LoadState=loaded; [ \"$1\" = show ] || { echo 'Job failed.' >&2; exit 1; }"
        try scratch.play("systemctl", answer)
        let failure = await #expect(throws: AgentFailure.self) {
            try await PackagedUnit(on: scratch.host).start()
        }
        #expect(failure?.message.contains("is enrolled, but its agent does not start: Job") == true)
    }

    @Test func `a journal is its lines, whatever bytes they are of`() async throws {
        try scratch.play("journalctl", "printf 'one\\n\\n\\377two\\r\\nthree'")
        let lines = try await scratch.host.journal(of: "k3s.service", lines: 50)
        #expect(lines == ["one", "", "\u{FFFD}two", "three"])
        #expect(scratch.calls == ["journalctl -q -u k3s.service -n 50 --no-pager -o cat"])
        _ = try await scratch.host.journal(of: "k3s.service", lines: .max)
        #expect(scratch.calls.last?.contains("-n 1000 ") == true)
    }
}
