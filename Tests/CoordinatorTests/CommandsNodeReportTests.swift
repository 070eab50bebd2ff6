import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

@Suite struct CommandsNodeReportTests {
    private static let now: Int64 = 1_700_000_000_000

    private static let healthy = WireNode.with {
        $0.id = "kube-japan"
        $0.connected = true
        $0.lastSeen = now
        $0.address = "203.0.113.10"
        $0.certificateExpires = now + 20 * 86_400_000
        $0.facts = .with { $0.simulated = true }
        $0.clock = .with {
            $0.shortestRoundTrip = 75_010
            $0.medianRoundTrip = 76_000
            $0.skew = 3_250_000
            $0.uncertainty = 37_505
            $0.probes = 8
            $0.at = now
        }
        $0.health = .with {
            $0.at = now
            $0.load = 0.456
            $0.memoryTotalBytes = 2_000_000_000
            $0.memoryAvailableBytes = 1_500_000_000
            $0.diskTotalBytes = 40_000_000_000
            $0.diskFreeBytes = 30_000_000_000
            $0.k3SUnit = "k3s.service"
            $0.k3SState = "active"
            $0.peers = [
                .with { $0.latestHandshake = now / 1000 - 34 },
                .with { $0.latestHandshake = now / 1000 - 200 },
            ]
        }
    }

    @Test func `a table tells each node's health`() {
        let lost = WireNode.with {
            $0.id = "kube-chuncheon"
            $0.lastSeen = Self.now - 185_000
            $0.certificateExpires = Self.now - 1
        }
        let never = WireNode.with { $0.id = "kube-seoul\u{1B}[2J" }
        let table = NodeReport.table([Self.healthy, never, lost], now: Self.now)
        let expected: [[String]] = [
            [
                "NODE", "STATE", "LOAD", "MEMORY", "DISK", "K3S", "WIREGUARD", "RTT", "SKEW",
                "CERTIFICATE", "ADDRESS",
            ],
            [
                "kube-chuncheon", "lost 3m05s ago", "-", "-", "-", "-", "-", "-", "-", "expired",
                "-",
            ],
            [
                "kube-japan", "connected, simulated", "0.46", "500 MB/2 GB", "10 GB/40 GB",
                "k3s active", "1/2 3m20s", "76ms", "+3.2s", "20d", "203.0.113.10",
            ],
            ["kube-seoul", "never seen", "-", "-", "-", "-", "-", "-", "-", "-", "-"],
        ]
        let cells = table.map { line in
            line.split(separator: /\s{2,}/).map(String.init)
        }
        #expect(cells == expected)
    }

    @Test func `absurd figures do no harm`() {
        let absurd = WireNode.with {
            $0.id = "x"
            $0.lastSeen = .min
            $0.certificateExpires = .max
            $0.health = .with {
                $0.at = .min
                $0.load = .infinity
                $0.memoryTotalBytes = .max
                $0.memoryAvailableBytes = .min
                $0.diskTotalBytes = .min
                $0.peers = [
                    .with { $0.latestHandshake = .min }, .with { $0.latestHandshake = .max },
                ]
            }
        }
        #expect(NodeReport.table([absurd], now: Self.now).count == 2)
        #expect(NodeReport.json([absurd]).text.contains(#""load":null"#))
    }

    @Test func `JSON holds all that is known`() {
        let text = NodeReport.json([Self.healthy]).text
        #expect(text.hasPrefix(#"{"nodes":[{"id":"kube-japan","connected":true,"#))
        #expect(text.contains(#""k3sState":"active""#))
        #expect(!text.contains("\n"))
    }
}
