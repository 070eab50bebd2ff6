/// What is looked at before a rollout touches a host.
public enum PreflightCheck: String, Sendable, Equatable, CaseIterable {
    /// The distribution is one that is known.
    case operatingSystem = "os"
    /// There is a K3s binary for the processor.
    case architecture
    /// systemd runs.
    case systemd
    /// The agent runs as root.
    case root
    /// K3s has room to run.
    case memory
    /// K3s has room for images.
    case disk
    /// The clocks agree.
    case clock
    /// Hostnames and machine-ids name one machine each.
    case identity
    /// No network of a host is one of the cluster's.
    case networks
    /// Nobody else listens on the ports.
    case ports
    /// No rule of a firewall rejects what the hosts say to each other.
    case firewall
    /// apt can install.
    case apt
    /// WireGuard can be used.
    case wireguard
    /// Every pair of hosts reaches each other.
    case reachability
}
