import ArgumentParser
import Foundation
import GRPCCore
import Protocol

/// `coordinator graph`.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw the mesh as its machines see it now.",
        discussion: """
            Asks the server for the nodes and each agent for its WireGuard peers: regions, endpoints, \
            addresses inside the mesh, the time there and back, and the age of the last handshake. A \
            machine that cannot be asked is named, and the rest is drawn.

            EXAMPLE
              coordinator graph                        # tables
              coordinator graph --format svg > mesh.svg
              coordinator graph --format dot | circo -Tpng > mesh.png

            EXIT CODES
              0 drawn, 1 failed, 2 wrong usage
            """
    )

    /// How it is drawn.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case svg
        case dot
    }

    @Option(
        help: ArgumentHelp(
            "text (tables), svg (a picture) or dot (for Graphviz).",
            valueName: "format"
        )
    )
    var format = Format.text

    @OptionGroup var state: StateOption

    func run() async throws {
        let answer = try await OperatorConnection(state).run { client in
            try await client.showTopology(WireShowTopologyRequest(), options: .lookingAround)
        }
        let topology = MeshTopology(answer)
        switch format {
        case .text: StandardOutput.write(TopologyText(topology: topology).text)
        case .dot: StandardOutput.write(TopologyDOT(topology: topology).text)
        case .svg:
            let time = Date(timeIntervalSince1970: Double(answer.at) / 1000).formatted(.iso8601)
            let count = "\(topology.nodes.count) node\(topology.nodes.count == 1 ? "" : "s")"
            let picture = TopologySVG(topology: topology, subtitle: "\(count) · \(time)")
            StandardOutput.write(picture.text)
        }
    }
}

extension CallOptions {
    /// For a question that all agents are asked.
    fileprivate static var lookingAround: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(150)
        return options
    }
}
