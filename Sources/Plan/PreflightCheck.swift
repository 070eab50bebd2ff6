/// What is looked at before a rollout touches a host. The raw values are the stable names that plans,
/// reports and documentation use.
public enum PreflightCheck: String, Sendable, Hashable, CaseIterable {
    // MARK: One machine

    /// The distribution is one that is known.
    case operatingSystem = "os"
    /// There is a K3s binary for the processor.
    case architecture = "arch"
    /// The kernel has what K3s and WireGuard need.
    case kernel
    /// systemd runs.
    case systemd
    /// The agent runs as root.
    case root
    /// The kernel can limit pods' memory.
    case cgroups
    /// K3s has room to run.
    case memory
    /// K3s has processors to run on.
    case processors = "cpu"
    /// K3s has room for images.
    case disk
    /// The network sets the clock.
    case clockService = "ntp"
    /// The clock agrees with the coordinator's.
    case clockSkew = "clock-skew"
    /// The kernel has random numbers for keys.
    case entropy
    /// The internal address is on one of the host's interfaces.
    case internalAddress = "internal-ip"
    /// Where the public address lives: on an interface, or at a gateway in front.
    case publicAddress = "public-ip"
    /// There is a way to the internet.
    case defaultRoute = "default-route"
    /// No network of a host is one of the cluster's.
    case networkOverlap = "cidr-overlap"
    /// Names of the internet are found.
    case nameResolution = "dns"
    /// Nobody else listens on the ports.
    case ports
    /// No other cluster lives on the host.
    case foreignCluster = "foreign-cluster"
    /// No rule of the host's firewall rejects what the hosts say to each other.
    case firewall
    /// apt can install.
    case packages = "apt"
    /// WireGuard can be used.
    case wireGuard = "wireguard"

    // MARK: One machine among the others

    /// Hostnames name one machine each.
    case duplicateHostname = "duplicate-hostname"
    /// Machine-ids name one machine each.
    case duplicateMachineID = "duplicate-machine-id"
    /// The firmware's ids name one machine each.
    case duplicateProductUUID = "duplicate-product-uuid"
    /// No internal address is another host's as well.
    case duplicateInternalAddress = "duplicate-internal-ip"

    // MARK: A machine and another

    /// WireGuard's packets arrive.
    case wireGuardPath = "udp-wireguard"
    /// K3s' servers are reached.
    case serverPath = "tcp-6443"
    /// Packets that are as large as the mesh's arrive.
    case pathMTU = "path-mtu"
    /// Packets are not lost.
    case packetLoss = "packet-loss"
    /// Packets keep their order.
    case reordering
    /// Answers come soon enough.
    case roundTrip = "round-trip"
    /// The others see the address that the plan names.
    case addressTranslation = "nat"
}
