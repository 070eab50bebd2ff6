import Foundation
import Plan
import Preflight
import Protocol
import SwiftProtobuf
import Synchronization
import Testing

@testable import Coordinator

/// Numbers for Prometheus, and the way to them.
@Suite(.timeLimit(.minutes(1))) struct MetricsTests {
    @Test func `the page tells nodes, rollouts and ways in Prometheus' format`() throws {
        let page = try Self.metrics.page
        let lines = page.split(separator: "\n").map(String.init)
        for wanted in [
            "isthmus_node_connected{node=\"kube-japan\"} 1",
            "isthmus_node_connected{node=\"kube-seoul\"} 0",
            "isthmus_node_certificate_expiry_timestamp_seconds{node=\"kube-japan\"} 1000",
            "isthmus_node_clock_skew_seconds{node=\"kube-japan\"} -0.25",
            "isthmus_node_wireguard_peers{node=\"kube-japan\"} 2",
            "isthmus_node_wireguard_peers_alive{node=\"kube-japan\"} 1",
            "isthmus_rollouts_open{phase=\"paused\"} 1",
            "isthmus_rollout_last_success 1",
            "isthmus_rollout_last_duration_seconds 42",
            "isthmus_rollout_last_steps{result=\"changed\"} 7",
            "isthmus_path_round_trip_seconds{from=\"kube-japan\",to=\"kube-seoul\"} 0.0345",
            "isthmus_path_loss_ratio{from=\"kube-japan\",to=\"kube-seoul\"} 0.05",
            "isthmus_path_mtu_bytes{from=\"kube-japan\",to=\"kube-seoul\"} 1400",
        ] {
            #expect(lines.contains(wanted), "\(wanted)")
        }
        let samples = lines.filter { !$0.hasPrefix("#") }
        let names = Set(samples.compactMap { $0.split { $0 == "{" || $0 == " " }.first })
        for name in names {
            #expect(lines.count { $0.hasPrefix("# TYPE \(name) ") } == 1)
            #expect(lines.count { $0.hasPrefix("# HELP \(name) ") } == 1)
        }
        #expect(!lines.contains { $0.contains("203.0.113") })
    }

    @Test func `a label's text cannot break out of it`() {
        var family = MetricFamily("x", "y")
        family.add(1, ["node": "a\"} 5\nz\\"])
        #expect(family.text.hasSuffix("x{node=\"a\\\"} 5\\nz\\\\\"} 1\n"))
    }

    @Test func `an empty cluster has a page`() {
        let page = ClusterMetrics(nodes: [], rollouts: [], paths: nil).page
        #expect(page.contains("isthmus_build_info{version="))
        #expect(!page.contains("isthmus_path"))
    }

    @Test func `curl reads it, and nothing else is there`() async throws {
        let port = Mutex(0)
        let server = MetricsServer(host: "127.0.0.1", port: 0) { "isthmus_test 1\n" }
        let serving = Task { try await server.run { bound in port.withLock { $0 = bound } } }
        while port.withLock(\.self) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let root = "http://127.0.0.1:\(port.withLock(\.self))"
        let page = try await curl("\(root)/metrics")
        let other = try await curl("\(root)/")
        let posted = try await curl("-d", "x=y", "\(root)/metrics")
        #expect(page == "isthmus_test 1\n 200")
        #expect(other.hasSuffix(" 404"))
        #expect(posted.hasSuffix(" 404"))
        serving.cancel()
        try await serving.value
    }

    @Test func `a coordinator without the option listens nowhere else, and serves`() async throws {
        try await ServerBench.run { bench in
            let listed = try await bench.operating { client in
                try await client.listNodes(WireListNodesRequest()).nodes
            }
            #expect(listed.isEmpty)
        }
    }

    private func curl(_ arguments: String...) async throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        process.arguments =
            ["--silent", "--max-time", "20", "--write-out", " %{http_code}"] + arguments
        process.standardOutput = output
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }

    private static var metrics: ClusterMetrics {
        get throws {
            let japan = WireNode.with {
                $0.id = "kube-japan"
                $0.connected = true
                $0.address = "203.0.113.11"
                $0.certificateExpires = 1_000_000
                $0.health.at = 1_000_000
                $0.health.peers = [950, 500].map { moment in .with { $0.latestHandshake = moment } }
                $0.clock.skew = -250_000
            }
            let seoul = WireNode.with { $0.id = "kube-seoul" }
            let rollouts = [
                WireRolloutSummary.with { $0.phase = .paused },
                WireRolloutSummary.with {
                    $0.started = 1000
                    $0.ended = 43_000
                    $0.outcome = .succeeded
                    $0.changed = 7
                    $0.phase = .ended
                },
            ]
            var path = PathMeasurement()
            path.sent = 220
            path.answered = 209
            path.roundTrip = .init(shortest: 34_000, median: 34_500, late: 36_000)
            path.pathMTU = 1400
            let memory = PathMemory()
            var matrix = PathMatrix()
            let from = try #require(HostID("kube-japan"))
            let to = try #require(HostID("kube-seoul"))
            matrix[.init(from: from, to: to)] = .measured(path)
            memory.note(matrix, at: 5000)
            // What could not be measured later leaves what was known.
            var later = PathMatrix()
            later[.init(from: from, to: to)] = .skipped("the cluster runs")
            memory.note(later, at: 9000)
            return ClusterMetrics(nodes: [japan, seoul], rollouts: rollouts, paths: memory.latest)
        }
    }
}
