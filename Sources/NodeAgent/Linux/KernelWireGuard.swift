import Glibc
import Steps
import Synchronization

/// Whether the kernel makes WireGuard interfaces itself; in many containers it does not.
final class KernelWireGuard: Sendable {
    /// Set once an interface was made: a kernel does not unlearn that while it runs.
    private let isProven = Atomic(false)

    func isUsable(on host: LinuxHost) async -> Bool {
        if isProven.load(ordering: .relaxed) { return true }
        guard await hasModule(host) else { return false }
        guard geteuid() == 0 else { return true }
        guard await makesInterface(host) else { return false }
        isProven.store(true, ordering: .relaxed)
        return true
    }

    /// Whether the module is there: loaded or built in, or to be loaded.
    private func hasModule(_ host: LinuxHost) async -> Bool {
        if access("/sys/module/wireguard", F_OK) == 0 { return true }
        return await succeeds(["modprobe", "-n", "-q", "wireguard"], host)
    }

    /// Makes an interface and takes it away again; only that tells the truth in a container.
    private func makesInterface(_ host: LinuxHost) async -> Bool {
        let name = "isthmus-probe"
        // One may be left from an agent that ended between the two.
        _ = await succeeds(["ip", "link", "delete", "dev", name], host)
        guard await succeeds(["ip", "link", "add", "dev", name, "type", "wireguard"], host) else {
            return false
        }
        _ = await succeeds(["ip", "link", "delete", "dev", name], host)
        return true
    }

    private func succeeds(_ argv: [String], _ host: LinuxHost) async -> Bool {
        (try? await host.run(Command(argv, timeout: 10_000)))?.status == 0
    }
}
