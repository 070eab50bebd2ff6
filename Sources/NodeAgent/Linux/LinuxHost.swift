import Glibc
import Steps

/// The machine that the agent runs on. Each idea of `Host` has a file of its own beside this one.
struct LinuxHost: Host {
    /// Where programs are looked for, as in PATH.
    let searchPath: String
    let home: String
    let wireGuard = KernelWireGuard()
    let probes = ProbePost()

    static let standardSearchPath =
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    init(searchPath: String = Self.standardSearchPath, home: String = "/root") {
        self.searchPath = searchPath
        self.home = home
        // A program that ends without reading its input must not end the agent with it. Programs
        // start with the signal as it was.
        signal(SIGPIPE, SIG_IGN)
    }

    func sleep(milliseconds: Int64) async throws(HostFailure) {
        do {
            try await Task.sleep(for: .milliseconds(max(0, milliseconds)))
        } catch {
            throw HostFailure(.cancelled, "the step was cancelled while it waited")
        }
    }

    func monotonicNow() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
