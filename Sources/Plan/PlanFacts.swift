/// What the rules across a plan compare, as far as it could be read. A value that is missing or wrong
/// in itself is absent here, so that one mistake is reported once and hides no other.
public struct PlanFacts: Sendable, Equatable {
    /// The hosts, in the plan's order.
    public var hosts: [Host]
    /// The blocks of addresses that Kubernetes and the mesh give out.
    public var networks: [Network]
    /// Whether servers may stand in several regions.
    public var allowWanEtcd: Bool

    /// Joins what was read.
    public init(hosts: [Host] = [], networks: [Network] = [], allowWanEtcd: Bool = false) {
        self.hosts = hosts
        self.networks = networks
        self.allowWanEtcd = allowWanEtcd
    }

    /// One host, with the defaults of what it leaves open.
    public struct Host: Sendable, Equatable {
        /// The key.
        public var id: HostID?
        /// The machine's and the node's name.
        public var hostname: String?
        /// What it is for.
        public var role: HostRole?
        /// The address others reach it at.
        public var publicAddress: IPv4Address?
        /// The address on one of its interfaces.
        public var internalAddress: IPv4Address?
        /// Whether others cannot open connections to it.
        public var behindNAT: Bool?
        /// Where it stands.
        public var region: String?

        /// Joins what was read.
        public init(
            id: HostID? = nil,
            hostname: String? = nil,
            role: HostRole? = nil,
            publicAddress: IPv4Address? = nil,
            internalAddress: IPv4Address? = nil,
            behindNAT: Bool? = nil,
            region: String? = nil
        ) {
            self.id = id
            self.hostname = hostname
            self.role = role
            self.publicAddress = publicAddress
            self.internalAddress = internalAddress
            self.behindNAT = behindNAT
            self.region = region
        }
    }

    /// What a block of addresses is for.
    public enum NetworkUse: Sendable, Equatable, CaseIterable {
        /// `k3s.clusterCIDR`.
        case pods
        /// `k3s.serviceCIDR`.
        case services
        /// `mesh.subnet`.
        case mesh

        /// Where the plan says it.
        public var pointer: PlanPointer {
            switch self {
            case .pods: PlanPointer(["k3s", "clusterCIDR"])
            case .services: PlanPointer(["k3s", "serviceCIDR"])
            case .mesh: PlanPointer(["mesh", "subnet"])
            }
        }

        /// The prefixes that work. Kubernetes gives each node a /24 of the pods' block and takes
        /// at most 16 bits for that, and at most 20 bits for services; Kilo gives each host an
        /// address.
        public var prefixes: ClosedRange<Int> {
            switch self {
            case .pods: 8...24
            case .services: 12...24
            case .mesh: 8...30
            }
        }

        /// For how many hosts a block suffices; nothing where their number does not matter.
        func capacity(_ block: IPv4Network) -> Int? {
            switch self {
            case .pods: block.count / 256
            case .services: nil
            case .mesh: block.count - 2
            }
        }
    }

    /// A block of addresses and what it is for.
    public struct Network: Sendable, Equatable {
        /// What it is for.
        public var use: NetworkUse
        /// The block.
        public var block: IPv4Network
        /// Whether the plan says it; else it is the default.
        public var isStated: Bool

        /// Joins what was read.
        public init(_ use: NetworkUse, _ block: IPv4Network, isStated: Bool = true) {
            self.use = use
            self.block = block
            self.isStated = isStated
        }
    }
}
