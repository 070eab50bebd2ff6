import Steps
import Synchronization

/// Kilo's full mesh at one moment.
struct SimulatedMesh: Sendable {
    /// A node in the mesh.
    struct Member: Sendable {
        var node: NodeRecord
        /// Inside the mesh, without its prefix length.
        var address: String
        /// `ADDRESS:PORT` that others send to.
        var endpoint: String
        /// The pods' range.
        var podCIDR: String
    }

    private(set) var members: [Member] = []
    private var byNode: [String: Int] = [:]
    private var byAddress: [String: Int] = [:]
    /// Kilo's arguments, by name.
    private let arguments: [String: String]
    fileprivate var now: Int64
    /// When it will be another by itself.
    fileprivate private(set) var next: Int64 = .max

    /// The mesh of a cluster; empty where Kilo's objects are not all there.
    init(of cluster: SimulatedCluster) throws(HostFailure) {
        now = cluster.now
        guard let kilo = try cluster.object("DaemonSet.kube-system.kilo"),
            let scripts = try cluster.object("ConfigMap.kube-system.kilo"),
            let peers = try cluster.object("CustomResourceDefinition..peers.kilo.squat.ai")
        else {
            arguments = [:]
            return
        }
        arguments = Self.arguments(of: kilo.object)
        let applied = max(kilo.appliedAt, scripts.appliedAt, peers.appliedAt)
        let registered = try cluster.nodes()
        // Addresses are given in the order of the nodes that are ready, as Kilo gives them: they
        // move when a node comes or goes.
        let ready = registered.filter {
            max($0.registeredAt, applied) + $0.kiloStart <= cluster.now
                && $0.clockSkew > -60_000
        }
        next = try cluster.nextArrival(afterKilo: applied)
        let prefix = (arguments["subnet"] ?? "10.4.0.0/16").split(separator: ".").prefix(2)
            .joined(separator: ".")
        let places = Dictionary(
            registered.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for (index, node) in ready.enumerated() {
            let pods = places[node.name] ?? 0
            let number = index + 1
            members.append(
                Member(
                    node: node,
                    address: "\(prefix).\(number / 256).\(number % 256)",
                    endpoint: node.annotations["kilo.squat.ai/force-endpoint"]
                        ?? "\(node.internalAddress):\(arguments["port"] ?? "51820")",
                    podCIDR: "10.\(42 + pods / 256).\(pods % 256).0/24"
                )
            )
            byNode[node.name] = index
            byAddress[members[index].address] = index
        }
    }

    /// Bytes that a packet may have.
    var mtu: Int { arguments["mtu"].flatMap { Int($0) } ?? 1420 }

    /// The node's place in the mesh.
    func member(_ node: String) -> Member? {
        byNode[node].map { members[$0] }
    }

    /// Who has an address inside the mesh.
    func member(at address: String) -> Member? {
        byAddress[address].map { members[$0] }
    }

    /// What Kilo writes on the node.
    func annotations(of node: NodeRecord) -> [String: String] {
        guard let member = member(node.name) else { return [:] }
        // A check-in every half minute, by the machine's own clock.
        let seen = (now / 1000) / 30 * 30 + node.clockSkew / 1000
        return [
            "endpoint": member.endpoint,
            "internal-ip": "\(node.internalAddress)/24",
            "key": node.key,
            "granularity": arguments["mesh-granularity"] ?? "location",
            "last-seen": "\(seen)",
            "wireguard-ip": "\(member.address)/16",
        ]
    }

    private static func arguments(of daemonSet: JSONValue) -> [String: String] {
        let containers = daemonSet["spec"]["template"]["spec"]["containers"].elements
        let kilo = containers.first { $0["name"].text == "kilo" } ?? .null
        var arguments: [String: String] = [:]
        for argument in kilo["args"].elements.map(\.text) {
            let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
            guard let name = parts.first else { continue }
            arguments[String(name)] = parts.dropFirst().first.map(String.init) ?? "true"
        }
        return arguments
    }
}

/// Meshes that need not be made anew: as long as nothing in the cluster was written, and nothing in it has
/// happened by itself.
final class MeshMemory: Sendable {
    private let known = Mutex<[String: (version: UInt64, mesh: SimulatedMesh)]>([:])

    func mesh(of address: String, _ version: UInt64?, at now: Int64) -> SimulatedMesh? {
        known.withLock { known in
            guard let kept = known[address], kept.version == version, kept.mesh.now <= now,
                now < kept.mesh.next
            else { return nil }
            var mesh = kept.mesh
            mesh.now = now
            return mesh
        }
    }

    func keep(_ mesh: SimulatedMesh, of address: String, _ version: UInt64?) {
        guard let version else { return }
        known.withLock { $0[address] = (version, mesh) }
    }
}

extension SimulatedCluster {
    /// When the next node registers or is ready for its mesh by itself.
    fileprivate func nextArrival(afterKilo applied: Int64) throws(HostFailure) -> Int64 {
        try all("nodes", as: NodeRecord.self)
            .flatMap { [$0.registeredAt, max($0.registeredAt, applied) + $0.kiloStart] }
            .filter { $0 > now }.min() ?? .max
    }
}
