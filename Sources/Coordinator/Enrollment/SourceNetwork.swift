import Glibc

/// Whose guesses count together: an IPv4 address, or a /64 of IPv6, for whoever has one address of
/// that has all of them (RFC 6177 section 2).
struct SourceNetwork: Hashable, Sendable, CustomStringConvertible {
    /// `203.0.113.7` or `2001:db8:0:1::/64`.
    let description: String

    /// Reads an IP address as `PeerAddress` gives it; anything else is a source of its own.
    init(address: String) {
        let literal = address.prefix { $0 != "%" }
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, String(literal), &bytes) == 1 else {
            description = String(address.prefix(64))
            return
        }
        let mapped = "::ffff:"
        if literal.lowercased().hasPrefix(mapped), literal.contains(".") {
            description = String(literal.dropFirst(mapped.count))
            return
        }
        withUnsafeMutableBytes(of: &bytes) { for place in 8..<16 { $0[place] = 0 } }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        let end = text.firstIndex(of: 0) ?? text.endIndex
        let network = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        description = "\(network)/64"
    }
}
