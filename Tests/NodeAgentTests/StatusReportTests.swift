import Agent
import FoundationEssentials
import Testing

@testable import NodeAgent

@Suite struct StatusReportTests {
    static let json = """
        {"certificateExpires":1767225600000,"cluster":"three-clouds","coordinator":"192.0.2.1:7443",\
        "node":"kube-seoul","policy":"none","running":true,"unfinished":["r-1.a.hostname.1"],\
        "unreported":["r-1.b.hostname.1"]}
        """

    @Test func `people read lines`() throws {
        let status = try JSONDecoder().decode(AgentStatus.self, from: Data(Self.json.utf8))
        let running = StatusReport(status: status, isRunning: true, policy: "none").text
        #expect(
            running == """
                Node         kube-seoul of cluster three-clouds
                Coordinator  192.0.2.1:7443
                Certificate  expires 2026-01-01T00:00:00Z
                Agent        running
                Policy       none
                Running      r-1.a.hostname.1
                Unreported   r-1.b.hostname.1
                """
        )
        let stopped = StatusReport(status: status, isRunning: false, policy: "none").text
        #expect(
            stopped.contains(
                "Agent        not running\nPolicy       none\nInterrupted  r-1.a.hostname.1"
            )
        )
    }

    @Test func `programs read one object`() throws {
        let status = try JSONDecoder().decode(AgentStatus.self, from: Data(Self.json.utf8))
        #expect(
            try StatusReport(status: status, isRunning: true, policy: "none").json() == Self.json
        )
    }
}
