import Glibc
import Plan
import Steps
import Trust

extension LinuxHost {
    func facts() async throws(HostFailure) -> HostFacts {
        HostFacts(
            hostname: Self.kernelName(\.nodename),
            architecture: Self.architecture,
            kernelWireGuard: await wireGuard.isUsable(on: self),
            addresses: NetworkInterfaces.addresses()
        )
    }

    /// What the machine is, for the coordinator's list of nodes; empty or 0 what it does not tell.
    func machineFacts() -> LinuxMachineFacts {
        let system = Self.text(of: "/etc/os-release") ?? Self.text(of: "/usr/lib/os-release")
        return LinuxMachineFacts(
            hostname: Self.kernelName(\.nodename),
            machineID: Self.text(of: "/etc/machine-id")?.textLines.first ?? "",
            architecture: Self.architecture,
            operatingSystem: system.flatMap(OSRelease.prettyName) ?? "",
            kernel: Self.kernelName(\.release),
            cpus: max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memory: Self.text(of: "/proc/meminfo").flatMap(MemoryInfo.init)?.total ?? 0
        )
    }

    /// Text of a small file that the system keeps.
    static func text(of path: String) -> String? {
        guard let bytes = (try? AtomicFile.read(path, limit: 1 << 20)) ?? nil else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The agent runs as what it was built for, and so will what it installs.
    private static var architecture: Architecture {
        #if arch(x86_64)
        .amd64
        #elseif arch(arm64)
        .arm64
        #else
        #error("no K3s is installed on this architecture")
        #endif
    }

    private static func kernelName<Field>(_ field: KeyPath<utsname, Field>) -> String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: names[keyPath: field]) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// What a machine is.
struct LinuxMachineFacts: Sendable, Equatable {
    /// The kernel's hostname.
    var hostname: String
    /// 32 hexadecimal digits of /etc/machine-id.
    var machineID: String
    var architecture: Architecture
    /// PRETTY_NAME of os-release(5).
    var operatingSystem: String
    /// The kernel's release.
    var kernel: String
    /// Processors that are online.
    var cpus: Int
    /// Bytes.
    var memory: Int64
}

/// os-release(5).
enum OSRelease {
    /// The value of PRETTY_NAME without its quotes.
    static func prettyName(in text: String) -> String? { value("PRETTY_NAME", in: text) }

    /// A variable's value without its quotes.
    static func value(_ name: String, in text: String) -> String? {
        let key = "\(name)="
        guard let line = text.textLines.last(where: { $0.hasPrefix(key) }) else { return nil }
        let value = line.dropFirst(key.count)
        guard let quote = value.first, quote == "\"" || quote == "'", value.count >= 2,
            value.last == quote
        else { return String(value) }
        return String(value.dropFirst().dropLast())
    }
}

/// /proc/meminfo; bytes.
struct MemoryInfo: Sendable, Equatable {
    let total: Int64
    /// What programs can still get without swapping.
    let available: Int64

    init?(_ text: String) {
        func bytes(_ key: String) -> Int64? {
            text.textLines.first { $0.hasPrefix(key) }?
                .split(separator: " ").dropFirst().first
                .flatMap { Int64($0) }
                .flatMap { $0.multipliedReportingOverflow(by: 1024).overflow ? nil : $0 * 1024 }
        }
        guard let total = bytes("MemTotal:"), let available = bytes("MemAvailable:") else {
            return nil
        }
        self.total = total
        self.available = available
    }
}
