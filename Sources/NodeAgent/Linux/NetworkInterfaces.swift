import Glibc

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
