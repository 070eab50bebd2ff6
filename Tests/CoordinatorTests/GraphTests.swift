import Foundation
import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

/// The mesh as it is drawn. `REWRITE_EXPECTED=1 swift test --filter GraphTests` draws the pictures in
/// docs/pictures anew.
@Suite struct GraphTests {
    private static let pictures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/pictures")

    private static let clouds = [
        ("kube-japan", "japan"), ("kube-seoul", "seoul"), ("kube-chuncheon", "chuncheon"),
    ]

    private static let many = [
        ("fra-1", "frankfurt"), ("fra-2", "frankfurt"), ("ams-1", "amsterdam"),
        ("osa-1", "osaka"), ("osa-2", "osaka"), ("sel-1", "seoul"), ("sel-2", "seoul"),
        ("syd-1", "sydney"), ("nyc-1", "new-york"), ("nyc-2", "new-york"), ("sao-1", "sao-paulo"),
        ("bom-1", "mumbai"),
    ]

    /// A mesh with made-up figures, the same at each time.
    static func topology(_ nodes: [(name: String, region: String)]) -> WireTopology {
        var topology = WireTopology()
        topology.cluster = nodes.count == 3 ? "three-clouds" : "twelve-hosts"
        for (place, node) in nodes.enumerated() {
            topology.nodes.append(
                .with {
                    $0.name = node.name
                    $0.region = node.region
                    $0.isServer = place == 0
                    $0.endpoint = "203.0.113.\(place + 11):51820"
                    $0.address = "10.4.0.\(place + 1)"
                    $0.isReady = true
                }
            )
            for (other, peer) in nodes.enumerated() where other != place {
                let (low, high) = (min(place, other), max(place, other))
                let isNear = node.region == peer.region
                topology.edges.append(
                    .with {
                        $0.from = node.name
                        $0.to = peer.name
                        $0.handshakeAge = Int64((low * 37 + high * 53) % 118 + 2)
                        $0.roundTrip =
                            isNear ? 900 : Int64((low * 71 + high * 43) % 230 + 12) * 1000
                    }
                )
            }
        }
        return topology
    }

    @Test(arguments: [("three-nodes", clouds), ("twelve-nodes", many)])
    func `the pictures of the documentation are what is drawn`(
        name: String,
        nodes: [(String, String)]
    ) throws {
        var topology = Self.topology(nodes)
        if nodes.count > 3 {
            // One pair that lost each other.
            for place in topology.edges.indices
            where Set([topology.edges[place].from, topology.edges[place].to]) == ["syd-1", "sao-1"]
            {
                topology.edges[place].handshakeAge = 1260
                topology.edges[place].roundTrip = 0
            }
        }
        let drawn =
            TopologySVG(
                topology: MeshTopology(topology),
                subtitle: "\(nodes.count) nodes · 2026-11-25T20:00:00Z"
            ).text + "\n"
        let file = Self.pictures.appending(path: "\(name).svg")
        if ProcessInfo.processInfo.environment["REWRITE_EXPECTED"] != nil {
            try FileManager.default.createDirectory(
                at: Self.pictures,
                withIntermediateDirectories: true
            )
            try drawn.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == drawn)
    }

    @Test func `a picture is well-formed XML, whatever nodes are called`() throws {
        for count in 0...14 {
            var topology = Self.topology((0..<count).map { ("node-\($0)", "r\($0 / 3)") })
            topology.cluster = "<&\"'\u{1b}>"
            topology.gaps = ["<script>"]
            let text = TopologySVG(topology: MeshTopology(topology), subtitle: "").text
            #expect(!text.contains("<script>") && !text.contains("\u{1b}"))
            let opened = text.ranges(of: "<").count
            let closed = text.ranges(of: ">").count
            #expect(opened == closed)
            let lines = text.ranges(of: "<line ").count
            let pairs = count * (count - 1) / 2
            #expect(lines == pairs)
        }
    }

    @Test func `no card covers another, and no line's words another's`() {
        for count in 2...12 {
            let layout = CircleLayout(count: count, card: (170, 70), footer: 40)
            let (width, height) = layout.size
            for first in 0..<count {
                let one = layout.corner(first)
                let (right, bottom) = (one.x + 170, one.y + 70)
                #expect(one.x >= 0)
                #expect(one.y >= 50)
                #expect(right <= width)
                #expect(bottom <= height - 40)
                for second in (first + 1)..<count {
                    let two = layout.corner(second)
                    let (dx, dy) = (abs(one.x - two.x), abs(one.y - two.y))
                    let isApart = dx >= 170 || dy >= 70
                    #expect(isApart, "\(count): \(first) and \(second)")
                }
            }
            #expect(Self.closest(of: layout, width: 84) > 10, "\(count)")
        }
    }

    /// The least distance between points on two lines' words.
    private static func closest(of layout: CircleLayout, width: Double) -> Double {
        var words: [[CircleLayout.Point]] = []
        for first in 0..<layout.count {
            for second in 0..<layout.count where first < second {
                let place = layout.label(from: first, to: second, width: width)
                let turn = place.turn * .pi / 180
                words.append(
                    (-4...4).map { step in
                        let along = Double(step) / 8 * width
                        return CircleLayout.Point(
                            x: place.middle.x + along * cos(turn),
                            y: place.middle.y + along * sin(turn)
                        )
                    }
                )
            }
        }
        var closest = Double.infinity
        for (place, one) in words.enumerated() {
            for two in words[(place + 1)...] {
                for point in one {
                    for other in two {
                        closest = min(closest, hypot(point.x - other.x, point.y - other.y))
                    }
                }
            }
        }
        return closest
    }

    @Test func `both views of a pair become one way`() {
        var topology = Self.topology([("a", ""), ("b", "")])
        topology.edges[0].handshakeAge = -1
        topology.edges[0].roundTrip = 60_400
        topology.edges[1].handshakeAge = 95
        topology.edges[1].roundTrip = 61_600
        let mesh = MeshTopology(topology)
        #expect(mesh.edges.map(\.label) == ["61 ms · 95 s"])
        #expect(mesh.edges.first?.isAlive == true)
        topology.edges[1].handshakeAge = 3 * 3600
        topology.edges.removeFirst()
        topology.edges[0].roundTrip = 0
        #expect(MeshTopology(topology).edges.map(\.label) == ["3 h"])
        #expect(MeshTopology(topology).edges.first?.isAlive == false)
    }

    @Test func `tables and Graphviz say the same`() {
        var topology = Self.topology(Self.clouds)
        topology.gaps = ["kube-seoul is not connected"]
        let mesh = MeshTopology(topology)
        let text = TopologyText(topology: mesh).text
        #expect(text.contains("kube-japan"))
        #expect(text.contains("203.0.113.11:51820"))
        #expect(text.contains("Not known: kube-seoul is not connected"))
        let dot = TopologyDOT(topology: mesh).text
        #expect(dot.hasPrefix("graph \"three-clouds\" {") && dot.hasSuffix("}"))
        #expect(dot.ranges(of: " -- ").count == 3)
    }
}
