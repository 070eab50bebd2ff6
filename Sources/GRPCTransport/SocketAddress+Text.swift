internal import Glibc
internal import NIOCore

extension SocketAddress {
    /// The address alone. What comes over IPv4 to a socket of both families is an IPv4 address (RFC 4291,
    /// 2.5.5.2: `::ffff:192.0.2.1`).
    var literal: String? {
        guard let text = ipAddress else { return nil }
        let mapped = "::ffff:"
        guard case .v6 = self, text.hasPrefix(mapped), text.contains(".") else { return text }
        return String(text.dropFirst(mapped.count))
    }

    /// As gRPC writes it: `ipv4:192.0.2.1:443` or `ipv6:[2001:db8::1]:443`.
    var target: String? {
        guard let literal, let port else { return nil }
        return literal.contains(":") ? "ipv6:[\(literal)]:\(port)" : "ipv4:\(literal):\(port)"
    }

    /// Whose connections count together: an IPv4 address, or the /64 of an IPv6 address, for whoever has
    /// one address of that has all of them (RFC 6177, 2).
    var source: String? {
        guard let literal else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(literal.prefix { $0 != "%" }), &bytes) == 1 else {
            return literal
        }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
    }
}
