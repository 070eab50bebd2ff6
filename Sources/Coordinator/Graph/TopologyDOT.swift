/// A mesh in Graphviz' language, for who would rather lay it out with `circo` or `neato`.
struct TopologyDOT {
    let topology: MeshTopology

    /// The whole graph, without a line end.
    var text: String {
        var lines = ["graph \(Self.quoted(topology.cluster)) {", "  layout=circo;"]
        lines.append("  node [shape=box, style=rounded];")
        for node in topology.nodes {
            let words = [node.name, node.region, node.endpoint, node.address]
            let label = words.filter { !$0.isEmpty }.joined(separator: "\n")
            let width = node.isServer ? ", penwidth=2" : ""
            lines.append("  \(Self.quoted(node.name)) [label=\(Self.quoted(label))\(width)];")
        }
        for edge in topology.edges {
            let ends = [edge.first, edge.second].map { Self.quoted(topology.nodes[$0].name) }
            let style = edge.isAlive ? "" : ", style=dashed"
            lines.append(
                "  \(ends.joined(separator: " -- ")) [label=\(Self.quoted(edge.label))\(style)];"
            )
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    /// A text in quotes; a line break becomes Graphviz' own.
    private static func quoted(_ text: String) -> String {
        let escaped = text.flatMap { letter -> String in
            switch letter {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: String(letter)
            }
        }
        return "\"\(String(escaped))\""
    }
}
