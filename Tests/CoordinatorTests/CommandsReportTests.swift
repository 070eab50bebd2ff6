import Foundation
import Protocol
import Steps
import SwiftProtobuf
import Synchronization
import Testing

@testable import Coordinator

@Suite struct CommandsReportTests {
    private static let hostname = Data(
        #"[{"setting":{"name":"hostname","before":"debian","after":"kube-japan"}}]"#.utf8
    )

    /// What a dry run finds: one change, one step that cannot be checked, all else as it should be.
    private static func checked(failing: Bool) -> TellingCoordinator {
        var rollout = TellingCoordinator.threeClouds()
        for step in rollout.view.steps { rollout.step(step.id, .unchanged, after: 1) }
        rollout.step("kube-japan.hostname", .changed, after: 1) { $0.changes = hostname }
        if failing {
            rollout.step("kube-seoul.hostname", .failed, after: 1) {
                $0.message = "the agent of kube-seoul went away"
            }
        }
        return rollout
    }

    @Test func `a dry run tells each host's changes and the command that makes them`() {
        let report = DryRunReport(planFile: "plan.json", suffix: " --state s", format: .text)
        #expect(
            report.report(on: Self.checked(failing: false).view, style: .plain) == [
                "kube-japan",
                "  set the hostname to kube-japan",
                "    hostname: debian -> kube-japan",
                "",
                "kube-seoul",
                "  nothing to change",
                "",
                "kube-chuncheon",
                "  nothing to change",
                "",
                "Plan sha256:5f2c: 1 of 12 steps would change 1 of 3 hosts. Nothing was changed.",
                "Nothing that runs now is disturbed.",
                "Carry it out:",
                "  coordinator rollout --plan plan.json --state s",
            ]
        )
    }

    @Test func `a dry run says what restarts, and how to have just this`() {
        var rollout = Self.checked(failing: false)
        rollout.step("kube-japan.k3s-server", .changed, after: 1) {
            $0.changes = Data(#"[{"unit":{"action":"restart","unit":"k3s.service"}}]"#.utf8)
            $0.disruption = "serviceRestart"
        }
        rollout.tell(after: 2) {
            $0.ended = .with {
                $0.outcome = .succeeded
                $0.approval = "ab12"
            }
        }
        let report = DryRunReport(planFile: "plan.json", suffix: "", format: .text)
        let lines = report.report(on: rollout.view, style: .plain)
        #expect(lines.contains("  disturbs: k3s.service (restart)"))
        #expect(
            lines.suffix(6) == [
                "What is disturbed:",
                "  kube-japan: k3s.service (restart)",
                "Carry it out:",
                "  coordinator rollout --plan plan.json",
                "Carry it out only if all is still as shown here:",
                "  coordinator rollout --plan plan.json --approve ab12",
            ]
        )
    }

    @Test func `a dry run that cannot check everything proposes nothing`() {
        let report = DryRunReport(planFile: "plan.json", suffix: "", format: .text)
        let lines = report.report(on: Self.checked(failing: true).view, style: .plain)
        #expect(lines.contains("  the agent of kube-seoul went away"))
        #expect(
            lines.contains { $0.hasSuffix("; 1 cannot be checked. Nothing was changed.") }
        )
        #expect(!lines.contains("Carry it out:"))
    }

    @Test func `a rehearsal says at both ends that nothing was touched`() throws {
        let written = Mutex<[String]>([])
        var display = RehearsalDisplay(of: try .sample(), style: .plain) { line in
            written.withLock { $0.append(line) }
        }
        var rollout = TellingCoordinator.threeClouds()
        rollout.tell { event, view in display.show(event, in: view) }
        rollout.step("kube-japan.hostname", .running, after: 1)
        rollout.step("kube-japan.hostname", .changed, after: 1) { $0.changes = Self.hostname }
        rollout.step("kube-seoul.kilo-annotation", .unchanged, after: 2)
        rollout.end(.succeeded, changed: 1, unchanged: 1, failed: 0, after: 3)
        let promise =
            "Nothing on this machine was touched: the hosts are simulated, and K3s and Kilo are "
            + "stand-ins."
        #expect(
            written.withLock { $0 } == [
                "REHEARSAL of cluster three-clouds",
                promise,
                "12 steps on 3 hosts, in this order:",
                "",
                " 1. kube-japan  set the hostname to kube-japan",
                "    hostname: debian -> kube-japan",
                "",
                " 2. kube-seoul  annotate kube-seoul for Kilo (carried out by kube-japan): unchanged",
                "",
                "The rehearsal went well: 1 changed, 1 unchanged.",
                "After a rollout of this plan:",
                "",
                "NODE   ROLE    HOSTNAME  ADDRESS       RUNS                     MESH",
                "tokyo  server  tokyo     203.0.113.10  K3s server v1.34.3+k3s1  Kilo 0.7.0, 1 peer",
                "seoul  agent   seoul     203.0.113.20  K3s agent v1.34.3+k3s1   Kilo 0.7.0, 1 peer",
                "",
                promise,
            ]
        )
    }

    @Test func `rollouts are listed with how they ended`() {
        let summary = WireRolloutSummary.with {
            $0.id = "r-0123abcd"
            $0.cluster = "three-clouds"
            $0.digest = "5f2c"
            $0.started = 1_000
            $0.ended = 66_000
            $0.outcome = .failed
            $0.changed = 4
            $0.failed = 1
        }
        #expect(
            RolloutListing.table([summary], now: 121_000).last?.split(separator: /\s{2,}/) == [
                "r-0123abcd", "three-clouds", "failed", "2m00s ago", "1m05s", "4", "0", "1", "5f2c",
            ]
        )
        #expect(RolloutListing.json(summary).text.contains(#""outcome":"failed""#))
    }

    @Test(
        arguments: [
            ("127.0.0.1:7443", "127.0.0.1", 7443), (":0", nil, 0), ("[::1]:80", "::1", 80),
            ("example.org:1", "example.org", 1),
        ] as [(String, String?, Int)]
    )
    func `addresses to listen on`(text: String, host: String?, port: Int) {
        let address = ListenAddress(argument: text)
        #expect(address?.host == host)
        #expect(address?.port == port)
    }

    @Test(arguments: ["", "host", "host:", "host:65536", "host:-1", "::1:80", "host:x"])
    func `what is no address to listen on`(text: String) {
        #expect(ListenAddress(argument: text) == nil)
    }
}
