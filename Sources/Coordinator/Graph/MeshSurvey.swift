import Plan
import Protocol
import Steps
import SwiftProtobuf

/// Asks the cluster and each of its machines how they see the mesh, and puts the answers together.
struct MeshSurvey: Sendable {
    /// What should be there.
    let latest: LatestPlan
    let errands: Errands
    /// When, milliseconds since 1970.
    let at: Int64

    /// Asks all at once. Machines that cannot be asked leave gaps, and are named.
    ///
    /// - Throws: Where the server cannot be asked, which alone knows the nodes.
    func run() async throws(AccessProblem) -> WireTopology {
        let answer = try await errands.run(ReadMeshNodes(), on: latest.server.id)
        guard let nodes = MeshReports.decode([MeshNodeReport].self, from: answer) else {
            throw AccessProblem(
                "\(latest.server.id): its answer cannot be read",
                advice: "Install one release on the coordinator's machine and on the server."
            )
        }
        let views = await views()
        let names = Dictionary(
            nodes.filter { !$0.key.isEmpty }.map { ($0.key, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
        var topology = WireTopology()
        topology.cluster = latest.plan.metadata.name
        topology.at = at
        topology.nodes = nodes.sorted { $0.name < $1.name }.map(wire)
        for (host, view) in views {
            switch view {
            case .success(let peers):
                topology.edges += peers.compactMap { edge(from: host.hostname, to: $0, names) }
            case .failure(let problem):
                topology.gaps.append(problem.what)
            }
        }
        let missing = Set(latest.plan.hosts.map(\.hostname)).subtracting(nodes.map(\.name))
        topology.gaps += missing.sorted().map { "\($0) is in the plan and not in the cluster" }
        return topology
    }

    private typealias View = Result<[MeshPeerReport], AccessProblem>

    /// What each machine of the plan sees, in the plan's order.
    private func views() async -> [(PlannedHost, View)] {
        let errand = ReadMeshPeers(subnet: latest.plan.mesh.subnet)
        return await withTaskGroup(of: (Int, View).self) { group in
            for (place, host) in latest.plan.hosts.enumerated() {
                group.addTask { (place, await view(errand, of: host)) }
            }
            var views: [(Int, View)] = []
            for await view in group { views.append(view) }
            return views.sorted { $0.0 < $1.0 }.map { (latest.plan.hosts[$0.0], $0.1) }
        }
    }

    private func view(_ errand: ReadMeshPeers, of host: PlannedHost) async -> View {
        do throws(AccessProblem) {
            let answer = try await errands.run(errand, on: host.id)
            return .success(MeshReports.decode([MeshPeerReport].self, from: answer) ?? [])
        } catch {
            return .failure(error)
        }
    }

    private func wire(_ node: MeshNodeReport) -> WireTopologyNode {
        .with {
            $0.name = node.name
            $0.region = node.region
            $0.isServer = latest.plan.hosts.contains {
                $0.hostname == node.name && $0.role == .server
            }
            $0.endpoint = node.endpoint
            $0.address = node.address
            $0.isReady = node.isReady
        }
    }

    private func edge(
        from name: String,
        to peer: MeshPeerReport,
        _ names: [String: String]
    ) -> WireTopologyEdge? {
        names[peer.key].map { other in
            .with {
                $0.from = name
                $0.to = other
                $0.handshakeAge = peer.handshakeAge ?? -1
                $0.roundTrip = peer.roundTrip ?? 0
            }
        }
    }
}
