import Protocol
import SwiftProtobuf

@testable import Coordinator

/// Rollouts as a coordinator would tell of them.
struct TellingCoordinator {
    private(set) var view = RolloutView()
    private(set) var log: [String] = []
    private(set) var json: [String] = []
    private var number: Int64 = 0
    private var events: [WireRolloutEvent] = []
    private var listener: ((WireRolloutEvent, RolloutView) -> Void)?

    static let start: Int64 = 1_700_000_000_000

    /// Begins a rollout with a few steps for each node; the first one is the server.
    init(nodes: [String], departed: [String] = [], news: String = "") {
        let steps = nodes.enumerated().flatMap { place, node in
            let k3s = place == 0 ? "k3s-server" : "k3s-agent"
            let word = place == 0 ? "server" : "agent"
            return [
                ("hostname", "set the hostname to \(node)", node),
                ("wireguard-tools", "install WireGuard's tools", node),
                (k3s, "install K3s \(word) v1.34.3+k3s1", node),
                ("kilo-annotation", "annotate \(node) for Kilo", nodes[0]),
            ].map { kind, title, executor in
                WireStepSummary.with {
                    $0.id = "\(node).\(kind)"
                    $0.node = node
                    $0.executor = executor
                    $0.kind = kind
                    $0.title = title
                    $0.dependsOn = Self.dependencies(of: kind, on: node, server: nodes[0])
                }
            }
        }
        tell(after: 0) {
            $0.started = .with {
                $0.rolloutID = "r-0123abcd"
                $0.cluster = "three-clouds"
                $0.digest = "sha256:5f2c"
                $0.steps = steps
                $0.news = news
                $0.departed = departed.map { name in
                    .with {
                        $0.id = name
                        $0.hostname = name
                    }
                }
            }
        }
    }

    private static func dependencies(
        of kind: String,
        on node: String,
        server: String
    ) -> [String] {
        switch kind {
        case "wireguard-tools": ["\(node).hostname"]
        case "k3s-server": ["\(node).wireguard-tools"]
        case "k3s-agent": ["\(node).wireguard-tools", "\(server).k3s-server"]
        case "kilo-annotation": ["\(node).k3s-\(node == server ? "server" : "agent")"]
        default: []
        }
    }

    /// The article's three hosts.
    static func threeClouds() -> TellingCoordinator {
        TellingCoordinator(nodes: ["kube-japan", "kube-seoul", "kube-chuncheon"])
    }

    /// Fifty hosts.
    static func fifty() -> TellingCoordinator {
        TellingCoordinator(nodes: (1...50).map { "node-\($0)" })
    }

    /// Tells all events so far and all to come.
    mutating func tell(_ listener: @escaping (WireRolloutEvent, RolloutView) -> Void) {
        for event in events { listener(event, view) }
        self.listener = listener
    }

    mutating func tell(after seconds: Int64, _ fill: (inout WireRolloutEvent) -> Void) {
        number += 1
        var event = WireRolloutEvent.with {
            $0.number = number
            $0.at = Self.start + seconds * 1000
        }
        fill(&event)
        view.apply(event)
        events.append(event)
        listener?(event, view)
        if let line = view.logLine(for: event) { log.append(line) }
        if let line = view.json(for: event) { json.append(line.text) }
    }

    mutating func step(
        _ id: String,
        _ state: WireStepState,
        after seconds: Int64,
        _ fill: (inout WireStepStateChanged) -> Void = { _ in }
    ) {
        tell(after: seconds) {
            $0.step = .with {
                $0.stepID = id
                $0.state = state
                $0.attempt = 1
                fill(&$0)
            }
        }
    }

    mutating func line(_ id: String, _ text: String, after seconds: Int64) {
        tell(after: seconds) {
            $0.line = .with {
                $0.stepID = id
                $0.line = text
            }
        }
    }

    mutating func end(
        _ outcome: WireRolloutOutcome,
        changed: Int32,
        unchanged: Int32,
        failed: Int32,
        after seconds: Int64
    ) {
        tell(after: seconds) {
            $0.ended = .with {
                $0.outcome = outcome
                $0.changed = changed
                $0.unchanged = unchanged
                $0.failed = failed
                $0.digest = "sha256:5f2c"
            }
        }
    }

    func lines(
        _ columns: Int,
        _ rows: Int = 24,
        color: Bool = false,
        unicode: Bool = true,
        after seconds: Int64
    ) -> [String] {
        view.lines(
            in: TerminalSize(columns: columns, rows: rows),
            style: TerminalStyle(color: color, unicode: unicode),
            now: Self.start + seconds * 1000
        )
    }
}
