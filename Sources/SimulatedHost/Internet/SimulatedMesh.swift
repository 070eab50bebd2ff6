import Steps

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
    /// Kilo's arguments, by name.
    private let arguments: [String: String]
    private let now: Int64

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
        let prefix = (arguments["subnet"] ?? "10.4.0.0/16").split(separator: ".").prefix(2)
            .joined(separator: ".")
        for (index, node) in ready.enumerated() {
            let pods = registered.firstIndex { $0.name == node.name } ?? 0
            members.append(
                Member(
                    node: node,
                    address: "\(prefix).0.\(index + 1)",
                    endpoint: node.annotations["kilo.squat.ai/force-endpoint"]
                        ?? "\(node.internalAddress):\(arguments["port"] ?? "51820")",
                    podCIDR: "10.42.\(pods).0/24"
                )
            )
        }
    }

    /// Bytes that a packet may have.
    var mtu: Int { arguments["mtu"].flatMap { Int($0) } ?? 1420 }

    /// The node's place in the mesh.
    func member(_ node: String) -> Member? {
        members.first { $0.node.name == node }
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
