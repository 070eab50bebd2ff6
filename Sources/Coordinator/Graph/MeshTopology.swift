import Protocol

/// A mesh as it is drawn: nodes by name, and for each pair one edge with what both sides say.
struct MeshTopology: Sendable, Equatable {
    struct Node: Sendable, Equatable {
        var name: String
        var region: String
        var isServer: Bool
        var endpoint: String
        var address: String
        var isReady: Bool
    }

    /// Two nodes, the first in the order before the second.
    struct Edge: Sendable, Equatable {
        var first: Int
        var second: Int
        /// Seconds since the younger of the two handshakes; nothing where neither had one.
        var handshakeAge: Int64?
        /// Microseconds there and back, the mean of what the two measured.
        var roundTrip: Int64?

        /// WireGuard makes a new handshake at least every two minutes where something is sent, and
        /// lets keys go after three.
        var isAlive: Bool { handshakeAge.map { $0 <= 180 } ?? false }

        /// `61 ms · 12 s`: the way there and back, and the handshake's age.
        var label: String {
            [roundTrip.map(Self.milliseconds), handshakeAge.map(Self.age) ?? "no handshake"]
                .compactMap(\.self).joined(separator: " · ")
        }

        private static func milliseconds(_ microseconds: Int64) -> String {
            microseconds < 9_950
                ? "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
                : "\((microseconds + 500) / 1000) ms"
        }

        private static func age(_ seconds: Int64) -> String {
            switch seconds {
            case ..<120: "\(seconds) s"
            case ..<7200: "\(seconds / 60) min"
            default: "\(seconds / 3600) h"
            }
        }
    }

    var cluster: String
    var nodes: [Node]
    var edges: [Edge]
    var gaps: [String]

    /// Joins what each machine saw.
    init(_ wire: WireTopology) {
        cluster = wire.cluster
        gaps = wire.gaps
        // Regions stay together on the circle.
        let sorted = wire.nodes.sorted { ($0.region, $0.name) < ($1.region, $1.name) }
        nodes = sorted.map { node in
            Node(
                name: node.name,
                region: node.region,
                isServer: node.isServer,
                endpoint: node.endpoint,
                address: node.address,
                isReady: node.isReady
            )
        }
        let places = Dictionary(
            nodes.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var views: [[Int]: [WireTopologyEdge]] = [:]
        for view in wire.edges {
            guard let from = places[view.from], let to = places[view.to], from != to else {
                continue
            }
            views[[min(from, to), max(from, to)], default: []].append(view)
        }
        edges = views.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { pair, views in
            let trips = views.map(\.roundTrip).filter { $0 > 0 }
            return Edge(
                first: pair[0],
                second: pair[1],
                handshakeAge: views.map(\.handshakeAge).filter { $0 >= 0 }.min(),
                roundTrip: trips.isEmpty ? nil : trips.reduce(0, +) / Int64(trips.count)
            )
        }
    }
}
