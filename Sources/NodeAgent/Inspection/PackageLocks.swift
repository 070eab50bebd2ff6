import Glibc
import Preflight

/// How apt and dpkg are, without asking them.
enum PackageLocks {
    /// Nothing where there is no dpkg.
    static func state() -> HostObservation.Packages? {
        guard access("/var/lib/dpkg", F_OK) == 0 else { return nil }
        return HostObservation.Packages(
            hasSources: hasSources,
            lockHolder: holder(of: "/var/lib/dpkg/lock-frontend"),
            // dpkg's journal of changes that it has not taken into its status file: apt refuses to work
            // until it has (apt-pkg/deb/debsystem.cc, CheckUpdates).
            isInterrupted: DirectoryNames.all(in: "/var/lib/dpkg/updates").contains {
                !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) }
            }
        )
    }

    private static var hasSources: Bool {
        let folder = "/etc/apt/sources.list.d"
        let files = DirectoryNames.all(in: folder)
            .filter { $0.hasSuffix(".list") || $0.hasSuffix(".sources") }
            .map { "\(folder)/\($0)" }
        return (["/etc/apt/sources.list"] + files).contains { path in
            LinuxHost.text(of: path)?.textLines.contains {
                $0.hasPrefix("deb ") || $0.hasPrefix("deb\t") || $0.hasPrefix("Types:")
            } == true
        }
    }

    /// The program that has locked a file as fcntl(2) does.
    private static func holder(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else {
            return nil
        }
        let name = LinuxHost.text(of: "/proc/\(lock.l_pid)/comm")?.textLines.first ?? "a program"
        return "\(name) (\(lock.l_pid))"
    }
}
