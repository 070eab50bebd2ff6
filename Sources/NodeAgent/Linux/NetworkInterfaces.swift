import Glibc
import Preflight

/// The machine's network interfaces.
enum NetworkInterfaces {
    /// Literal IPv4 and IPv6 addresses by which others could reach the machine, each once: not
    /// those of the loopback and of a single link.
    static func addresses() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: [String] = []
        for interface in sequence(first: first, next: { $0?.pointee.ifa_next }) {
            guard let address = interface?.pointee.ifa_addr, let text = literal(address),
                !isLocal(text), !addresses.contains(text)
            else { continue }
            addresses.append(text)
        }
        return addresses
    }

    /// Every interface with its IPv4 addresses, but for those of the loopback that every machine has: others
    /// there are a usual way to give a machine an address of its own.
    static func all() -> [HostObservation.Interface]? {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var found: [HostObservation.Interface] = []
        for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
            guard let entry = entry?.pointee, let label = entry.ifa_name else { continue }
            let name = String(cString: label)
            let block = block(entry).flatMap { $0.hasPrefix("127.") ? nil : $0 }
            if let place = found.firstIndex(where: { $0.name == name }) {
                found[place].addresses += block.map { [$0] } ?? []
            } else {
                let mtu = LinuxHost.text(of: "/sys/class/net/\(name)/mtu")?.textLines.first
                found.append(
                    .init(
                        name: name,
                        mtu: mtu.flatMap { Int($0) } ?? 0,
                        addresses: block.map { [$0] } ?? []
                    )
                )
            }
        }
        return found
    }

    /// `ADDRESS/PREFIX` of an IPv4 entry.
    private static func block(_ entry: ifaddrs) -> String? {
        guard let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET,
            let text = literal(address)
        else { return nil }
        let prefix =
            entry.ifa_netmask?.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                $0.pointee.sin_addr.s_addr.nonzeroBitCount
            } ?? 32
        return "\(text)/\(prefix)"
    }

    static func isLocal(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address.hasPrefix("169.254.")
            || ["fe8", "fe9", "fea", "feb"].contains(String(address.prefix(3)))
    }

    private static func literal(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { name in
            guard
                getnameinfo(
                    address,
                    socklen_t(length),
                    name.baseAddress,
                    socklen_t(name.count),
                    nil,
                    0,
                    NI_NUMERICHOST
                ) == 0
            else { return nil }
            return name.baseAddress.map { String(cString: $0) }
        }
    }
}
