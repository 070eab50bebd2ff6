import Plan
import Preflight
import Testing

@testable import NodeAgent

/// What a person who is logged in on a machine is told about it.
struct DoctorTests {
    @Test func `what is well has a line, and what is not has its remedy`() {
        var seen = HostObservation()
        seen.architecture = "amd64"
        seen.isSystemd = false
        seen.interfaces = [.init(name: "eth0", mtu: 1500, addresses: ["10.0.0.5/24"])]
        seen.routes = [.init(destination: "0.0.0.0/0", interface: "eth0")]
        let report = DoctorReport(seen, role: .agent, address: nil)
        #expect(report.hasFailures)
        let text = report.lines.joined(separator: "\n")
        #expect(text.contains("ok      arch            amd64"))
        #expect(text.contains("FAILED  systemd         is not"))
        #expect(text.contains("take an image with systemd"))
        #expect(text.contains("10.0.0.5 on eth0"))
        #expect(!text.contains("clock-skew"))
    }

    @Test func `an address that is not there is missed`() {
        var seen = HostObservation()
        seen.interfaces = [.init(name: "eth0", mtu: 1500, addresses: ["10.0.0.5/24"])]
        let report = DoctorReport(seen, role: .server, address: "10.0.0.6")
        #expect(report.lines.contains { $0.contains("10.0.0.6 is on no interface") })
    }
}
