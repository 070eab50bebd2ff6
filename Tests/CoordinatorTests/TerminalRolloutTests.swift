import Foundation
import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

/// A rollout half-way: one node at work, one waiting to try again, one that failed.
private func halfWay() -> TellingCoordinator {
    var rollout = TellingCoordinator.threeClouds()
    for node in ["kube-japan", "kube-seoul", "kube-chuncheon"] {
        rollout.step("\(node).hostname", .running, after: 0)
        rollout.step("\(node).hostname", node == "kube-japan" ? .unchanged : .changed, after: 1)
        rollout.step("\(node).wireguard-tools", .running, after: 1)
    }
    rollout.step("kube-japan.wireguard-tools", .changed, after: 20)
    rollout.step("kube-japan.k3s-server", .running, after: 20)
    rollout.line("kube-japan.k3s-server", "waiting for \u{1B}[1mreadyz\u{1B}[0m", after: 25)
    rollout.step("kube-seoul.wireguard-tools", .retrying, after: 30) {
        $0.message = "apt is locked\nby process 812"
    }
    rollout.step("kube-chuncheon.wireguard-tools", .failed, after: 40) {
        $0.attempt = 3
        $0.message = "package wireguard-tools cannot be installed"
        $0.details = ["E: Unable to locate package", "\u{1B}[2Jsecond line"]
        $0.remedy = "run apt-get update on kube-chuncheon"
    }
    return rollout
}

@Suite struct TerminalRolloutTests {
    @Test func `three nodes in 40 columns`() {
        #expect(
            halfWay().lines(40, after: 75) == [
                "r-0123abcd  4/12 steps, 1 failed  1m15s",
                "▸ kube-japan  ███░░░ 2/4 install K… 55s",
                "↻ kube-seoul  █░░░░░ 1/4 attempt 1 fai…",
                "✗ kube-chunc… █░░░░░ 1/4 failed: packa…",
            ]
        )
    }

    @Test func `three nodes in 80 columns`() {
        #expect(
            halfWay().lines(80, after: 75) == [
                "Rollout r-0123abcd of three-clouds  4/12 steps, 1 failed  1m15s",
                "▸ kube-japan      server  ███████░░░░░░░ 2/4  install K3s server v1.34.3+k… 55s",
                "↻ kube-seoul      agent   ███░░░░░░░░░░░ 1/4  attempt 1 failed: apt is locked…",
                "✗ kube-chuncheon  agent   ███░░░░░░░░░░░ 1/4  failed: package wireguard-tools…",
            ]
        )
    }

    @Test func `three nodes in 200 columns`() {
        let full = "████████████"
        let rest = "░░░░░░░░░░░░"
        #expect(
            halfWay().lines(200, after: 75) == [
                "Rollout r-0123abcd of three-clouds  4/12 steps, 1 failed  1m15s",
                "▸ kube-japan      server  \(full)\(rest) 2/4  "
                    + "install K3s server v1.34.3+k3s1: waiting for readyz 55s",
                "↻ kube-seoul      agent   ██████░░░░░░\(rest) 1/4  "
                    + "install WireGuard's tools: attempt 1 failed: apt is locked by process 812",
                "✗ kube-chuncheon  agent   ██████░░░░░░\(rest) 1/4  "
                    + "install WireGuard's tools: failed: package wireguard-tools cannot be installed",
            ]
        )
    }

    @Test func `fewer rows than nodes show the urgent ones and a sum`() {
        #expect(
            halfWay().lines(80, 4, unicode: false, after: 75) == [
                "Rollout r-0123abcd of three-clouds  0/3 nodes, 4/12 steps, 1 failed  1m15s",
                "x kube-chuncheon  agent   ###----------- 1/4  failed: package wireguard-tools~",
                "~ 2 more: 1 retrying, 1 running (kube-seoul, kube-japan)",
            ]
        )
        #expect(
            halfWay().lines(80, 2, after: 75) == [
                "Rollout r-0123abcd of three-clouds  0/3 nodes, 4/12 steps, 1 failed  1m15s"
            ]
        )
        #expect(halfWay().lines(80, 1, after: 75).count == 1)
    }

    @Test(arguments: [40, 80, 200])
    func `fifty nodes in ten rows`(columns: Int) {
        var rollout = TellingCoordinator.fifty()
        for node in 1...20 {
            rollout.step("node-\(node).hostname", node == 7 ? .running : .changed, after: 1)
        }
        rollout.step("node-33.hostname", .failed, after: 3) { $0.message = "no hostnamectl" }
        let lines = rollout.lines(columns, 10, after: 75)
        #expect(lines.count == 4)
        #expect(
            lines.map { $0.split(separator: " ")[1] }.prefix(3).dropFirst() == [
                "node-33", "node-7",
            ]
        )
        #expect(lines.last?.hasPrefix("  48 waiting for their turn") == true)
        #expect(lines.allSatisfy { TerminalText.columns(of: $0) < columns })
    }

    @Test func `nodes that wait for the same share a line, and say what for`() {
        var rollout = TellingCoordinator.fifty()
        for node in 1...50 {
            rollout.step("node-\(node).hostname", .unchanged, after: 1)
            guard node < 40 else { continue }
            rollout.step("node-\(node).wireguard-tools", .changed, after: 9)
        }
        rollout.step("node-1.k3s-server", .running, after: 10)
        rollout.step("node-40.wireguard-tools", .running, after: 10)
        #expect(
            rollout.lines(80, 24, after: 12) == [
                "Rollout r-0123abcd of three-clouds  0/50 nodes, 89/200 steps  12s",
                "▸ node-1   server  ███████░░░░░░░ 2/4  install K3s server v1.34.3+k3s1 2s",
                "▸ node-40  agent   ███░░░░░░░░░░░ 1/4  install WireGuard's tools 2s",
                "  38 waiting for node-1: install K3s server v1.34.3+k3s1 (node-2, node-3, nod…)",
                "  10 waiting for their turn (node-41, node-42, node-43, node-44, node-45, nod…)",
            ]
        )
        #expect(
            rollout.lines(80, 60, after: 12)[2]
                == "  node-2   agent   ███████░░░░░░░ 2/4  waits for node-1: install K3s server v1…"
        )
    }

    @Test func `those who are through share a line`() {
        var rollout = TellingCoordinator.fifty()
        for node in 1...50 {
            let k3s = node == 1 ? "k3s-server" : "k3s-agent"
            for kind in ["hostname", "wireguard-tools", k3s, "kilo-annotation"] {
                rollout.step("node-\(node).\(kind)", .changed, after: 1)
            }
        }
        #expect(
            rollout.lines(60, 10, after: 75) == [
                "r-0123abcd  50/50 nodes, 200/200 steps  1m15s",
                "✓ 50 done (node-1, node-2, node-3, node-4, node-5, node-6…)",
            ]
        )
    }

    @Test func `urgent nodes beyond the rows share a line above the calm`() {
        var rollout = TellingCoordinator.fifty()
        for node in 1...30 { rollout.step("node-\(node).hostname", .running, after: 1) }
        let lines = rollout.lines(80, 8, after: 75)
        #expect(lines.count == 7)
        #expect(lines[5].hasPrefix("▸ 26 more: 26 running (node-5, "))
        #expect(lines[6].hasPrefix("  20 waiting for their turn (node-31, "))
    }

    @Test(arguments: [1, 2, 5, 10, 20, 39, 60, 121])
    func `no line reaches the last column`(columns: Int) {
        for rows in [1, 2, 3, 24] {
            let lines = halfWay().lines(columns, rows, after: 75)
            #expect(lines.count <= max(1, rows - 1))
            #expect(lines.allSatisfy { TerminalText.columns(of: $0) <= max(1, columns - 1) })
        }
    }

    @Test func `in what the plan differs is a line before any step`() {
        let news = "the plan differs from that of the last rollout, r-00000001: without kube-busan"
        let rollout = TellingCoordinator(nodes: ["kube-japan"], news: news)
        #expect(rollout.log.first?.split(separator: "\n").last.map(String.init) == news)
        #expect(rollout.json.first?.contains("\"news\":\"\(news)\"") == true)
    }

    @Test func `a host that left the plan is named with what to do`() {
        var rollout = TellingCoordinator(nodes: ["kube-japan"], departed: ["kube-busan"])
        #expect(rollout.log.first?.hasSuffix("; not in the plan any more: kube-busan") == true)
        #expect(rollout.json.first?.contains(#""departed":["kube-busan"]"#) == true)
        rollout.end(.succeeded, changed: 0, unchanged: 4, failed: 0, after: 5)
        let last: [String] = [
            "kube-busan is not in this plan any more. It is not touched; to take it out of the "
                + "cluster:",
            "  on a server of the plan:  sudo k3s kubectl drain kube-busan --ignore-daemonsets "
                + "--delete-emptydir-data",
            "                            sudo k3s kubectl delete node kube-busan",
            "  on kube-busan:  sudo /usr/local/bin/k3s-agent-uninstall.sh",
            "  here:  coordinator node revoke kube-busan --state s",
        ]
        let told = rollout.view.summary(style: .plain, planFile: nil, suffix: " --state s")
        #expect(told.suffix(5) == last[...])
    }

    @Test func `colours mark what happens and nothing else differs`() {
        let plain = halfWay().lines(80, after: 75)
        let colored = halfWay().lines(80, color: true, after: 75)
        #expect(colored.map(TerminalText.cleaned) == plain)
        #expect(colored[3].hasPrefix("\u{1B}[31m✗\u{1B}[0m kube-chuncheon"))
    }

    @Test func `a log has one line for each change of state`() {
        let last: [String] = [
            "[ 4/12] 20s kube-japan: install WireGuard's tools: changed",
            "[ 4/12] 20s kube-japan: install K3s server v1.34.3+k3s1: begins",
            "[ 4/12] 30s kube-seoul: install WireGuard's tools: attempt 1 failed, "
                + "will be tried again: apt is locked by process 812",
            "[ 4/12] 40s kube-chuncheon: install WireGuard's tools: FAILED: "
                + "package wireguard-tools cannot be installed",
        ]
        #expect(halfWay().log.suffix(4) == last[...])
        #expect(
            halfWay().log.first
                == "rollout r-0123abcd of cluster three-clouds: 12 steps on 3 nodes"
        )
    }

    @Test func `a failure ends with its reason, its remedy and the next command`() {
        var rollout = halfWay()
        rollout.end(.failed, changed: 3, unchanged: 1, failed: 1, after: 80)
        #expect(
            rollout.view.summary(style: .plain, planFile: "plan.json") == [
                "Rollout r-0123abcd failed after 1m20s: 3 changed, 1 unchanged, 1 failed, 7 not done.",
                "",
                "Failed: kube-chuncheon: install WireGuard's tools "
                    + "(step kube-chuncheon.wireguard-tools, attempt 3)",
                "  package wireguard-tools cannot be installed",
                "  | E: Unable to locate package",
                "  | second line",
                "  What to do: run apt-get update on kube-chuncheon",
                "",
                "Next: remove the cause, then run the same plan again; "
                    + "what is done is not done twice:",
                "  coordinator rollout --plan plan.json",
                "Details of this rollout:",
                "  coordinator rollout show r-0123abcd",
            ]
        )
    }

    @Test func `a rollout that had nothing to do says so`() {
        var rollout = TellingCoordinator.threeClouds()
        rollout.end(.succeeded, changed: 0, unchanged: 12, failed: 0, after: 2)
        #expect(
            rollout.view.summary(style: .plain, planFile: nil) == [
                "Rollout r-0123abcd: nothing to change (0 changed, 12 unchanged, 2s)."
            ]
        )
    }

    @Test func `the last JSON line is the sum`() {
        var rollout = halfWay()
        rollout.step("kube-japan.k3s-server", .changed, after: 78) {
            $0.changes = Data(
                #"[{"unit":{"action":"start","unit":"k3s.service"}}]"#.utf8
            )
        }
        rollout.end(.cancelled, changed: 4, unchanged: 1, failed: 1, after: 80)
        let step = #"{"event":"step","id":"kube-japan.k3s-server","node":"kube-japan","#
        let change = #""changes":[{"unit":{"action":"start","unit":"k3s.service"}}]}"#
        let state = #""state":"changed","attempt":1,"at":1700000078000,"#
        let end = #"{"event":"rolloutEnded","outcome":"cancelled","changed":4,"unchanged":1,"#
        let digest = #""failed":1,"digest":"sha256:5f2c"}"#
        #expect(rollout.json.suffix(2) == [step + state + change, end + digest])
    }

    @Test func `events of unknown steps, unknown states and bad bytes do no harm`() {
        var rollout = TellingCoordinator.threeClouds()
        let before = rollout.lines(80, after: 5)
        rollout.step("nobody.hostname", .failed, after: 1)
        rollout.line("nobody.hostname", "x", after: 1)
        rollout.step("kube-japan.hostname", .UNRECOGNIZED(99), after: 1)
        rollout.step("kube-japan.hostname", .pending, after: 1) {
            $0.changes = Data([0xFF, 0x00])
            $0.attempt = -7
        }
        rollout.tell(after: 1) { $0.started = WireRolloutStarted() }
        rollout.tell(after: 1) { $0.event = nil }
        #expect(rollout.lines(80, after: 5) == before)
    }
}

@Suite struct TerminalLiveRegionTests {
    @Test func `lines are drawn again in place`() {
        var region = LiveRegion()
        #expect(region.replace(with: ["a", "b"], columns: 80) == "a\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
        #expect(region.replace(with: ["a", "b"], columns: 80) == "")
        #expect(
            region.replace(with: ["c"], columns: 80) == "\r\u{1B}[2Ac\u{1B}[K\n\u{1B}[J"
        )
    }

    @Test func `a narrower terminal has broken the old lines`() {
        var region = LiveRegion()
        _ = region.replace(
            with: [String(repeating: "x", count: 79), "\u{1B}[31mb\u{1B}[0m"],
            columns: 80
        )
        #expect(region.replace(with: ["y"], columns: 40).hasPrefix("\r\u{1B}[3A"))
    }

    @Test func `a line can be put above`() {
        var region = LiveRegion()
        _ = region.replace(with: ["a"], columns: 80)
        #expect(
            region.insert(above: "note", columns: 80)
                == "\r\u{1B}[1A\u{1B}[Jnote\na\u{1B}[K\n\u{1B}[J"
        )
    }
}
