/// A mesh as tables: its nodes, and the ways between them.
struct TopologyText {
    let topology: MeshTopology

    /// Everything, without a line end.
    var text: String {
        var nodes = TextTable(["NODE", "REGION", "ROLE", "ENDPOINT", "WIREGUARD", "READY"].left)
        for node in topology.nodes {
            nodes.append([
                node.name, Self.shown(node.region), node.isServer ? "server" : "agent",
                Self.shown(node.endpoint), Self.shown(node.address), node.isReady ? "yes" : "no",
            ])
        }
        var ways = TextTable(["BETWEEN", "AND", "RTT · HANDSHAKE"].left)
        for edge in topology.edges {
            ways.append([
                topology.nodes[edge.first].name, topology.nodes[edge.second].name, edge.label,
            ])
        }
        var lines = nodes.lines()
        if !topology.edges.isEmpty { lines += [""] + ways.lines() }
        if !topology.gaps.isEmpty { lines += [""] + topology.gaps.map { "Not known: \($0)" } }
        return lines.joined(separator: "\n")
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "-" : text }
}

extension [String] {
    /// Columns whose text stands on the left.
    fileprivate var left: [(title: String, alignment: TextTable.Alignment)] {
        map { ($0, .left) }
    }
}
