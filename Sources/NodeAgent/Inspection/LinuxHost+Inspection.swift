import Glibc
import Plan
import Preflight
import Steps

/// What the agent sees on its machine before a rollout. Every look reads, but for the WireGuard interface
/// that `KernelWireGuard` makes and deletes; every program has a few seconds.
extension LinuxHost: HostInspector {
    func observation() async -> HostObservation {
        async let wireGuard = wireGuardUse()
        async let clock = isClockSynchronized()
        async let names = resolvesNames()
        async let listeners = listeners()
        async let filter = packetFilter()
        async let ruleset = output(["nft", "list", "ruleset"])
        async let ours = K3sOwnership.isOurs(self)
        var seen = HostObservation()
        lookAtSystem(&seen)
        seen.interfaces = NetworkInterfaces.all()
        seen.routes = Self.text(of: "/proc/net/route").map(RoutingTable.routes)
        seen.remains = ClusterRemains.found(among: (seen.interfaces ?? []).map(\.name))
        seen.packages = PackageLocks.state()
        seen.wireGuard = await wireGuard
        seen.isClockSynchronized = await clock
        seen.resolvesNames = await names
        seen.listeners = await listeners
        let native = await ruleset
        seen.nativeRefusals = native.map(FirewallTables.nativeRefusals) ?? []
        // Where there is only nftables, there is no filter table of iptables that anybody made.
        seen.packetFilter = await filter ?? native.map { _ in [] }
        seen.isOurs = await ours
        return seen
    }

    private func lookAtSystem(_ seen: inout HostObservation) {
        let facts = machineFacts()
        let system = Self.text(of: "/etc/os-release") ?? Self.text(of: "/usr/lib/os-release") ?? ""
        seen.distribution = OSRelease.value("ID", in: system) ?? ""
        seen.distributionVersion = OSRelease.value("VERSION_ID", in: system) ?? ""
        seen.architecture = facts.architecture.rawValue
        seen.kernel = facts.kernel
        // As sd_booted(3) has it.
        seen.isSystemd = access("/run/systemd/system", F_OK) == 0
        seen.isRoot = geteuid() == 0
        seen.cgroupControllers = ControlGroupFiles.controllers(
            unified: Self.text(of: "/sys/fs/cgroup/cgroup.controllers"),
            legacy: Self.text(of: "/proc/cgroups")
        )
        if facts.memory > 0 { seen.memory = facts.memory }
        if facts.cpus > 0 { seen.processors = facts.cpus }
        seen.diskFree =
            (FileSystem(holding: "/var/lib/rancher") ?? FileSystem(holding: "/var")
            ?? FileSystem(holding: "/"))?.free
        seen.entropy = Self.text(of: "/proc/sys/kernel/random/entropy_avail")?.textLines.first
            .flatMap { Int($0) }
        seen.hostname = facts.hostname
        seen.machineID = facts.machineID
        seen.productUUID =
            Self.text(of: "/sys/class/dmi/id/product_uuid")?.textLines.first?.lowercased() ?? ""
    }

    private func wireGuardUse() async -> HostObservation.WireGuard {
        if await wireGuard.isUsable(on: self) { return .kernel }
        // wireguard-go, which a rollout installs there, makes its interface of a tunnel device.
        return access("/dev/net/tun", R_OK | W_OK) == 0 ? .userspace : .none
    }

    private func isClockSynchronized() async -> Bool? {
        let answer = await output(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
        return switch answer?.textLines.first {
        case "yes": true
        case "no": false
        default: nil
        }
    }

    /// The registry that Kilo's image comes from has to be found.
    private func resolvesNames() async -> Bool? {
        guard
            let result = try? await run(Command(["getent", "ahostsv4", "ghcr.io"], timeout: 5000))
        else { return false }
        return result.status == 0
    }

    private func listeners() async -> [HostObservation.Listener]? {
        await output(["ss", "-H", "-l", "-n", "-t", "-u", "-p"]).map(SocketStatistics.listeners)
    }

    /// Without `-t`, for that would load a table into the kernel that was not there.
    private func packetFilter() async -> [String]? {
        await output(["iptables-save"]).map(FirewallTables.filterTable)
    }

    /// What a program prints; nothing where there is no such program or it fails.
    private func output(_ argv: [String]) async -> String? {
        guard let result = try? await run(Command(argv, timeout: 5000)), result.status == 0 else {
            return nil
        }
        return result.standardOutput
    }
}
