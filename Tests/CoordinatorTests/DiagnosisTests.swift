import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

/// What is wrong with a host, and how far the chain was walked.
struct DiagnosisTests {
    @Test func `a good host has no broken link`() {
        let diagnosis = diagnose { _ in }
        #expect(diagnosis.broken == nil)
        let names = ["enrolment", "agent", "rollout", "room", "k3s", "wireguard", "clock"]
        #expect(diagnosis.links.map(\.name) == names)
        #expect(diagnosis.links.allSatisfy { $0.holds == true })
        #expect(diagnosis.lines.last == "Nothing is broken that the coordinator can see.")
    }

    @Test(arguments: [
        Trouble("enrolment", "token create") { $0.revoked = 5 },
        Trouble("agent", "isthmus-agent") { $0.connected = false },
        Trouble("room", "journalctl --vacuum") { $0.health.diskFreeBytes = 1 },
        Trouble("room", "--sort -rss") { $0.health.memoryAvailableBytes = 1 },
        Trouble("k3s", "rollout --plan") { $0.health.k3SUnit = "" },
        Trouble("k3s", "journalctl -u k3s-agent.service") { $0.health.k3SState = "activating" },
        Trouble("wireguard", "logs daemonset/kilo") { $0.health.peers = [] },
        Trouble("wireguard", "coordinator preflight") { $0.health.peers[0].latestHandshake = 800 },
        Trouble("wireguard", "coordinator preflight") { $0.health.peers[0].latestHandshake = 0 },
        Trouble("clock", "set-ntp") { $0.clock.skew = -30_000_000 },
    ])
    func `the first broken link is named with what helps, and ends the walk`(trouble: Trouble) {
        let diagnosis = diagnose(trouble.inflict)
        #expect(diagnosis.broken?.name == trouble.link)
        #expect(diagnosis.links.last?.name == trouble.link)
        #expect(diagnosis.broken?.remedy.contains(trouble.remedy) == true)
        #expect(diagnosis.lines.contains { $0.contains("BROKEN") })
    }

    @Test func `a silent peer has its host's name`() {
        let diagnosis = diagnose { $0.health.peers[0].latestHandshake = 0 }
        #expect(diagnosis.broken?.seen == "1 of 1 peers are silent: kube-japan")
    }

    @Test func `a host that nobody knows, and a rollout that waits`() {
        let unknown = Diagnosis(of: "kube-busan", among: [], latest: nil, now: 0)
        #expect(unknown.broken?.name == "enrolment")
        let paused = WireRolloutSummary.with {
            $0.id = "r-1"
            $0.phase = .paused
        }
        let waiting = diagnose(latest: paused) { _ in }
        #expect(waiting.broken?.remedy == "coordinator rollout show r-1")
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        let link: String
        let remedy: String
        let inflict: @Sendable (inout WireNode) -> Void

        init(
            _ link: String,
            _ remedy: String,
            _ inflict: @escaping @Sendable (inout WireNode) -> Void
        ) {
            self.link = link
            self.remedy = remedy
            self.inflict = inflict
        }

        var testDescription: String { "\(link) \(remedy)" }
    }

    private func diagnose(
        latest: WireRolloutSummary? = nil,
        _ change: (inout WireNode) -> Void
    ) -> Diagnosis {
        var node = WireNode.with {
            $0.id = "kube-seoul"
            $0.connected = true
            $0.address = "203.0.113.12"
            $0.health.at = 1_000_000
            $0.health.diskTotalBytes = 100
            $0.health.diskFreeBytes = 50
            $0.health.memoryTotalBytes = 100
            $0.health.memoryAvailableBytes = 50
            $0.health.k3SUnit = "k3s-agent.service"
            $0.health.k3SState = "active"
            $0.health.peers = [
                .with {
                    $0.endpoint = "203.0.113.11:51820"
                    $0.latestHandshake = 950
                }
            ]
            $0.clock.skew = 1000
            $0.clock.uncertainty = 20_000
        }
        change(&node)
        let other = WireNode.with {
            $0.id = "kube-japan"
            $0.address = "203.0.113.11"
        }
        let good = WireRolloutSummary.with {
            $0.id = "r-0"
            $0.phase = .ended
            $0.ended = 5
            $0.outcome = .succeeded
        }
        return Diagnosis(
            of: "kube-seoul",
            among: [other, node],
            latest: latest ?? good,
            now: 2_000_000
        )
    }
}
