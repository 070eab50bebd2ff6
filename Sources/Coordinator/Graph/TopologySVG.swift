import Foundation

/// A mesh as a picture of its own: a circle of cards, a line for each pair. It needs no other program
/// and no font, and follows its viewer's light or dark colours.
struct TopologySVG {
    let topology: MeshTopology
    /// What stands beside the cluster's name, such as when.
    let subtitle: String

    private static let letter = 6.9
    private static let smallLetter = 6.1

    private var layout: CircleLayout {
        let longest = topology.nodes.flatMap(Self.lines).map(\.count).max() ?? 12
        return CircleLayout(
            count: topology.nodes.count,
            card: (max(130, Double(longest) * Self.letter + 30), 70),
            footer: 30 + 16 * Double(topology.gaps.count),
            least: Double(Self.legend.count) * Self.smallLetter + 80
        )
    }

    /// The whole document.
    var text: String {
        let layout = layout
        let (width, height) = layout.size
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.figure(width)) \
            \(Self.figure(height))" width="\(Self.figure(width))" height="\(Self.figure(height))" \
            role="img" aria-label="The mesh of \(Self.escaped(topology.cluster))">
            """,
            Self.style,
            "<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"12\"/>",
            "<text class=\"title\" x=\"24\" y=\"34\">\(Self.escaped(topology.cluster))"
                + "<tspan class=\"quiet\" dx=\"12\">\(Self.escaped(subtitle))</tspan></text>",
        ]
        parts += topology.edges.map { line($0, layout) }
        parts += topology.edges.map { label($0, layout) }
        parts += topology.nodes.indices.map { card($0, layout) }
        parts += footer(height: height)
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    // MARK: Parts

    private func line(_ edge: MeshTopology.Edge, _ layout: CircleLayout) -> String {
        let (from, to) = (layout.anchor(edge.first), layout.anchor(edge.second))
        return "<line class=\"\(edge.isAlive ? "way" : "way dead")\" x1=\"\(Self.figure(from.x))\" "
            + "y1=\"\(Self.figure(from.y))\" x2=\"\(Self.figure(to.x))\" y2=\"\(Self.figure(to.y))\"/>"
    }

    private func label(_ edge: MeshTopology.Edge, _ layout: CircleLayout) -> String {
        let width = Double(edge.label.count) * Self.smallLetter
        let place = layout.label(from: edge.first, to: edge.second, width: width)
        let (x, y) = (Self.figure(place.middle.x), Self.figure(place.middle.y))
        return "<g transform=\"translate(\(x) \(y)) rotate(\(Self.figure(place.turn)))\">"
            + "<rect class=\"page\" x=\"\(Self.figure(-width / 2 - 4))\" y=\"-8\" "
            + "width=\"\(Self.figure(width + 8))\" height=\"16\" rx=\"4\"/>"
            + "<text class=\"\(edge.isAlive ? "words" : "words dead")\" y=\"4\">"
            + "\(Self.escaped(edge.label))</text></g>"
    }

    private func card(_ index: Int, _ layout: CircleLayout) -> String {
        let node = topology.nodes[index]
        let corner = layout.corner(index)
        let kinds = ["card", node.isServer ? "server" : nil, node.isReady ? nil : "dead"]
        let kind = kinds.compactMap(\.self).joined(separator: " ")
        let anchor = layout.anchor(index)
        var text = "<circle class=\"point\" cx=\"\(Self.figure(anchor.x))\" "
        text += "cy=\"\(Self.figure(anchor.y))\" r=\"3.5\"/>"
        text += "<g transform=\"translate(\(Self.figure(corner.x)) \(Self.figure(corner.y)))\">"
        text +=
            "<rect class=\"\(kind)\" width=\"\(Self.figure(layout.card.width))\" "
            + "height=\"\(Self.figure(layout.card.height))\" rx=\"9\"/>"
        text +=
            "<rect class=\"region\" fill=\"\(color(of: node.region))\" x=\"0\" y=\"12\" "
            + "width=\"5\" height=\"\(Self.figure(layout.card.height - 24))\" rx=\"2\"/>"
        for (row, line) in Self.lines(of: node).enumerated() {
            text +=
                "<text class=\"\(row == 0 ? "name" : "fact")\" x=\"16\" "
                + "y=\"\(23 + 18 * row)\">\(Self.escaped(line))</text>"
        }
        return text + "</g>"
    }

    private static func lines(of node: MeshTopology.Node) -> [String] {
        let place = [node.region, node.isServer ? "server" : ""].filter { !$0.isEmpty }
        return [
            node.name,
            (place + [node.address.isEmpty ? "no address" : node.address])
                .joined(separator: " · "),
            node.endpoint.isEmpty ? "no endpoint" : node.endpoint,
        ]
    }

    private static let legend =
        "On each line: the time there and back, and the age of the last handshake. Dashed: none for "
        + "three minutes."

    private func footer(height: Double) -> [String] {
        let first = height - 18 - 16 * Double(topology.gaps.count)
        return ([Self.legend] + topology.gaps.map { "Not known: \($0)" }).enumerated().map {
            row,
            line in
            "<text class=\"quiet\" x=\"24\" y=\"\(Self.figure(first + 16 * Double(row)))\">"
                + "\(Self.escaped(line))</text>"
        }
    }

    // MARK: Looks

    /// Hues that part on light and on dark, and for most who see colours otherwise.
    private static let colors = [
        "#4e79a7", "#e1812c", "#3a923a", "#c03d3e", "#9372b2", "#845b53", "#d684bd", "#7f7f7f",
        "#a9aa35", "#2eabb8",
    ]

    private func color(of region: String) -> String {
        let regions = Set(topology.nodes.map(\.region)).sorted()
        return Self.colors[(regions.firstIndex(of: region) ?? 0) % Self.colors.count]
    }

    private static let style = """
        <style>
        text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #24292f }
        .page { fill: #fbfbfa }
        .title { font-size: 17px; font-weight: 600 }
        .quiet { font-size: 11px; font-weight: 400; fill: #6b7280 }
        .way { stroke: #8aa0b8; stroke-width: 1.3 }
        .point { fill: #8aa0b8 }
        .way.dead { stroke: #c2453d; stroke-dasharray: 5 5 }
        .words { font-size: 10px; text-anchor: middle; fill: #3d4b5c }
        .words.dead { fill: #a8322b }
        .card { fill: #ffffff; stroke: #b6c0cc; stroke-width: 1.2 }
        .card.server { stroke: #4e79a7; stroke-width: 2.2 }
        .card.dead { stroke: #c2453d; stroke-dasharray: 5 4 }
        .name { font-weight: 600 }
        .fact { fill: #57606a }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6e9ed }
        .page { fill: #14181d }
        .quiet, .fact { fill: #9aa4b0 }
        .way { stroke: #5c7390 }
        .words { fill: #c9d3df }
        .words.dead { fill: #f08a82 }
        .card { fill: #1d232a; stroke: #44505d }
        }
        </style>
        """

    private static func figure(_ number: Double) -> String {
        let tenths = (number * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
    }

    private static func escaped(_ text: String) -> String {
        String(
            text.flatMap { letter -> String in
                switch letter {
                case "<": "&lt;"
                case ">": "&gt;"
                case "&": "&amp;"
                case "\"": "&quot;"
                case _
                where letter.unicodeScalars.contains { $0.properties.generalCategory == .control }:
                    ""
                default: String(letter)
                }
            }
        )
    }
}
