/// What an agent saw on its machine, before anything is judged. What it could not see is nothing, and
/// nothing is concluded from that.
public struct HostObservation: Sendable, Equatable {
    /// `ID` of os-release(5), as `debian`; empty where there is none.
    public var distribution = ""
    /// `VERSION_ID` of os-release(5), as `12`.
    public var distributionVersion = ""
    /// As Debian names it, or the kernel's own word where there is no such name.
    public var architecture = ""
    /// The kernel's release, as `6.1.0-28-cloud-amd64`.
    public var kernel = ""
    /// Whether systemd is the first process.
    public var isSystemd: Bool?
    /// Whether the agent runs as root.
    public var isRoot: Bool?
    /// The controllers of version 2's hierarchy, or of version 1's.
    public var cgroupControllers: [String]?
    /// Bytes.
    public var memory: Int64?
    /// Processors that are online.
    public var processors: Int?
    /// Free bytes of the file system that K3s keeps its data on.
    public var diskFree: Int64?
    /// Whether the network sets the clock, as timedatectl tells.
    public var isClockSynchronized: Bool?
    /// Bits of randomness that the kernel counts.
    public var entropy: Int?
    /// The kernel's hostname.
    public var hostname = ""
    /// 32 hexadecimal digits of /etc/machine-id.
    public var machineID = ""
    /// The firmware's id of the machine, in lower case.
    public var productUUID = ""
    /// Every interface but the loopback.
    public var interfaces: [Interface]?
    /// The IPv4 routes of the main table.
    public var routes: [Route]?
    /// Whether a name of the internet was found.
    public var resolvesNames: Bool?
    /// Who listens where.
    public var listeners: [Listener]?
    /// What is left of, or runs of, Kubernetes and its networks: files, folders, interfaces.
    public var remains: [String] = []
    /// Whether K3s on this machine was set up by this program.
    public var isOurs = false
    /// What `iptables-save -t filter` prints; nothing where it cannot be had.
    public var packetFilter: [String]?
    /// Rules of nftables' own input chains that drop or reject.
    public var nativeRefusals: [String] = []
    /// How apt is.
    public var packages: Packages?
    /// How WireGuard can be used.
    public var wireGuard: WireGuard?

    /// Nothing is known yet.
    public init() {}

    /// A network interface.
    public struct Interface: Sendable, Equatable {
        /// As the kernel names it.
        public var name: String
        /// Bytes that a packet may have.
        public var mtu: Int
        /// IPv4 addresses with their prefix lengths, as `10.0.0.5/24`.
        public var addresses: [String]

        /// Describes an interface.
        public init(name: String, mtu: Int, addresses: [String]) {
            self.name = name
            self.mtu = mtu
            self.addresses = addresses
        }
    }

    /// A route.
    public struct Route: Sendable, Equatable {
        /// A block of addresses; `0.0.0.0/0` for the default.
        public var destination: String
        /// The interface.
        public var interface: String

        /// Describes a route.
        public init(destination: String, interface: String) {
            self.destination = destination
            self.interface = interface
        }
    }

    /// A socket that waits for others.
    public struct Listener: Sendable, Equatable {
        /// How it is spoken to.
        public var transport: Transport
        /// The port.
        public var port: Int
        /// The program; empty where the kernel itself listens or it cannot be seen.
        public var program: String

        /// Describes a listener.
        public init(transport: Transport, port: Int, program: String) {
            self.transport = transport
            self.port = port
            self.program = program
        }
    }

    /// A protocol that has ports.
    public enum Transport: String, Sendable, Hashable {
        case tcp
        case udp
    }

    /// How apt is.
    public struct Packages: Sendable, Equatable {
        /// Whether any source of packages is named.
        public var hasSources: Bool
        /// The process that holds dpkg's lock; nothing where it is free.
        public var lockHolder: String?
        /// Whether an installation was interrupted and has to be finished first.
        public var isInterrupted: Bool

        /// Describes apt's state.
        public init(hasSources: Bool, lockHolder: String? = nil, isInterrupted: Bool = false) {
            self.hasSources = hasSources
            self.lockHolder = lockHolder
            self.isInterrupted = isInterrupted
        }
    }

    /// How WireGuard can be used.
    public enum WireGuard: String, Sendable, Hashable {
        /// The kernel makes interfaces.
        case kernel
        /// The kernel does not, and has the tunnel devices that wireguard-go needs.
        case userspace
        /// Neither.
        case none
    }
}

extension HostObservation {
    /// Every IPv4 address of the machine, with the interface that has it.
    var addresses: [(address: String, interface: Interface)] {
        (interfaces ?? []).flatMap { interface in
            interface.addresses.map { address in
                (String(address.prefix { $0 != "/" }), interface)
            }
        }
    }

    /// The interface that has the address.
    func interface(with address: String) -> Interface? {
        addresses.first { $0.address == address }?.interface
    }
}

/// A machine that can be looked at. Nothing on it changes, but for a WireGuard interface that is made
/// and deleted. Each single look is bounded in time; what takes longer stays unknown.
public protocol HostInspector: Sendable {
    /// Looks at the machine.
    func observation() async -> HostObservation
}
