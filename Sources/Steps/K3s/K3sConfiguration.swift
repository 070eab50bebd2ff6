public import Plan

/// What a Kubernetes node says about itself when it registers.
public struct NodeRegistration: Sendable, Equatable, Codable {
    /// The node's name.
    public var name: String
    /// The address on one of the machine's interfaces; unique in the cluster.
    public var internalAddress: String
    /// The address that others reach the machine at.
    public var publicAddress: String
    /// `key=value`, in order.
    public var labels: [String]
    /// `key=value:Effect`, in order.
    public var taints: [String]

    /// Describes a node.
    public init(
        name: String,
        internalAddress: String,
        publicAddress: String,
        labels: [String] = [],
        taints: [String] = []
    ) {
        self.name = name
        self.internalAddress = internalAddress
        self.publicAddress = publicAddress
        self.labels = labels
        self.taints = taints
    }

    /// What the plan says of a host: its region as the well-known label, then its own labels.
    public init(_ host: PlannedHost) {
        let region = host.region.map { ["topology.kubernetes.io/region=\($0)"] } ?? []
        let own = host.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        self.init(
            name: host.hostname,
            internalAddress: host.internalAddress,
            publicAddress: host.publicAddress,
            labels: region + own,
            taints: host.taints
        )
    }

    /// The address keys, which stand before the role's own.
    func writeAddresses(to mapping: inout YAMLMapping) {
        mapping.set("node-name", .text(name))
        mapping.set("node-ip", .text(internalAddress))
        mapping.set("node-external-ip", .text(publicAddress))
    }

    /// The keys that count only when the node registers.
    func writeLabels(to mapping: inout YAMLMapping) {
        if !labels.isEmpty { mapping.set("node-label", .list(labels)) }
        if !taints.isEmpty { mapping.set("node-taint", .list(taints)) }
    }
}

extension YAMLMapping {
    /// Keys of the plan's own, under those that the cluster needs.
    mutating func set(_ options: [String: K3sOption]?) {
        for (key, option) in (options ?? [:]).sorted(by: { $0.key < $1.key }) {
            switch option {
            case .flag(let flag): set(key, .flag(flag))
            case .number(let number): set(key, .number(number))
            case .text(let text): set(key, .text(text))
            case .list(let texts): set(key, .list(texts))
            }
        }
    }
}
