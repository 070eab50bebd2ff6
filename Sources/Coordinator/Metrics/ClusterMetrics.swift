import Daemon
import Plan
import Preflight
import Protocol

/// What the coordinator knows, as numbers for Prometheus.
struct ClusterMetrics: Sendable {
    /// All nodes, as operators see them.
    var nodes: [WireNode]
    /// Rollouts, the latest first.
    var rollouts: [WireRolloutSummary]
    /// What hosts measured of the ways between them last, and when, milliseconds since 1970.
    var paths: (matrix: PathMatrix, at: Int64)?

    /// Three minutes without a handshake mean that a peer is gone, as in `NodeReport`.
    private static let handshakeLimit: Int64 = 180

    /// The whole page.
    var page: String {
        let families = [build] + standing + machines + clocks + mesh + rolloutFamilies + ways
        return families.map(\.text).joined()
    }

    private var build: MetricFamily {
        var family = MetricFamily("isthmus_build_info", "The coordinator's release.")
        family.add(1, ["version": Release.version])
        return family
    }

    /// A number for each node that has it.
    private func perNode(
        _ name: String,
        _ help: String,
        _ value: (WireNode) -> Double?
    ) -> MetricFamily {
        var family = MetricFamily(name, help)
        for node in nodes.sorted(by: { $0.id < $1.id }) {
            if let value = value(node) { family.add(value, ["node": node.id]) }
        }
        return family
    }

    private var standing: [MetricFamily] {
        [
            perNode("isthmus_node_connected", "Whether the node's agent has a session.") {
                $0.revoked == 0 ? ($0.connected ? 1 : 0) : nil
            },
            perNode("isthmus_node_revoked", "Whether the node's certificates were taken back.") {
                $0.revoked == 0 ? 0 : 1
            },
            perNode(
                "isthmus_node_last_seen_timestamp_seconds",
                "When the node's agent said anything last."
            ) { $0.lastSeen > 0 ? Double($0.lastSeen) / 1000 : nil },
            perNode(
                "isthmus_node_certificate_expiry_timestamp_seconds",
                "When the node's newest certificate ends."
            ) { $0.certificateExpires > 0 ? Double($0.certificateExpires) / 1000 : nil },
        ]
    }

    private var machines: [MetricFamily] {
        [
            perNode("isthmus_node_load1", "The machine's load average of one minute.") {
                $0.hasHealth ? $0.health.load : nil
            },
            perNode(
                "isthmus_node_memory_available_bytes",
                "What programs can still get without swapping."
            ) { $0.hasHealth ? Double($0.health.memoryAvailableBytes) : nil },
            perNode("isthmus_node_disk_free_bytes", "Free bytes where K3s keeps its data.") {
                $0.hasHealth ? Double($0.health.diskFreeBytes) : nil
            },
            perNode("isthmus_node_k3s_active", "Whether K3s' unit is active.") {
                $0.health.k3SUnit.isEmpty ? nil : ($0.health.k3SState == "active" ? 1 : 0)
            },
        ]
    }

    private var clocks: [MetricFamily] {
        [
            perNode(
                "isthmus_node_clock_skew_seconds",
                "What the node's clock is ahead of the coordinator's."
            ) { $0.hasClock ? Double($0.clock.skew) / 1e6 : nil },
            perNode(
                "isthmus_node_round_trip_seconds",
                "There and back between coordinator and agent, the median of the latest probes."
            ) { $0.hasClock ? Double($0.clock.medianRoundTrip) / 1e6 : nil },
        ]
    }

    private var mesh: [MetricFamily] {
        func isAlive(_ peer: WireWireGuardPeer, at: Int64) -> Bool {
            peer.latestHandshake > 0 && at / 1000 - peer.latestHandshake <= Self.handshakeLimit
        }
        return [
            perNode("isthmus_node_wireguard_peers", "WireGuard peers of the node.") {
                $0.hasHealth ? Double($0.health.peers.count) : nil
            },
            perNode(
                "isthmus_node_wireguard_peers_alive",
                "Those that shook hands within three minutes."
            ) { node in
                guard node.hasHealth else { return nil }
                return Double(node.health.peers.count { isAlive($0, at: node.health.at) })
            },
        ]
    }

    private var rolloutFamilies: [MetricFamily] {
        var open = MetricFamily("isthmus_rollouts_open", "Rollouts that have not ended, by phase.")
        for (word, phase) in [
            ("running", WireRolloutPhase.running), ("paused", .paused), ("cancelling", .cancelling),
        ] {
            let count = rollouts.count { $0.ended == 0 && $0.phase == phase }
            open.add(Double(count), ["phase": word])
        }
        var succeeded = MetricFamily(
            "isthmus_rollout_last_success",
            "Whether the rollout that ended last did what it was to do."
        )
        var duration = MetricFamily(
            "isthmus_rollout_last_duration_seconds",
            "How long it took."
        )
        var steps = MetricFamily("isthmus_rollout_last_steps", "What its steps came to.")
        if let last = rollouts.first(where: { $0.ended > 0 }) {
            succeeded.add(last.outcome == .succeeded ? 1 : 0)
            duration.add(Double(last.ended - last.started) / 1000)
            steps.add(Double(last.changed), ["result": "changed"])
            steps.add(Double(last.unchanged), ["result": "unchanged"])
            steps.add(Double(last.failed), ["result": "failed"])
        }
        return [open, succeeded, duration, steps]
    }

    /// What a preflight measured; it says when.
    private var ways: [MetricFamily] {
        var time = MetricFamily(
            "isthmus_path_round_trip_seconds",
            "There and back between two hosts, the median of the last measurement."
        )
        var loss = MetricFamily("isthmus_path_loss_ratio", "Part of the packets that were lost.")
        var mtu = MetricFamily(
            "isthmus_path_mtu_bytes",
            "The largest packet that arrived unbroken."
        )
        var measured = MetricFamily(
            "isthmus_path_measured_timestamp_seconds",
            "When hosts measured the ways between them last."
        )
        guard let paths else { return [] }
        measured.add(Double(paths.at) / 1000)
        let ways = paths.matrix.results.keys.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        for way in ways {
            guard let path = paths.matrix.measurement(way), path.sent > 0 else { continue }
            let (from, to) = (way.from.description, way.to.description)
            if let median = path.roundTrip?.median {
                time.add(Double(median) / 1e6, ["from": from, "to": to])
            }
            let lost = Double(path.sent - min(path.answered, path.sent)) / Double(path.sent)
            loss.add(lost, ["from": from, "to": to])
            if let bytes = path.pathMTU { mtu.add(Double(bytes), ["from": from, "to": to]) }
        }
        return [time, loss, mtu, measured]
    }
}
