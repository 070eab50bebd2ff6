/// A literal IPv4 address.
public struct IPv4Address: Sendable, Hashable, CustomStringConvertible {
    /// The address as one number, its first part highest.
    public let bits: UInt32

    /// Takes the number.
    public init(bits: UInt32) {
        self.bits = bits
    }

    /// Reads four decimal numbers of 0 to 255 without leading zeros, joined by dots.
    public init(parsing text: String) throws(PlanComplaint) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { DecimalDigits.number($0, in: 0...255) }
        guard parts.count == 4, numbers.count == 4 else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not an IPv4 address.",
                advice: Self.advice(instead: text)
            )
        }
        bits = numbers.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The usual text.
    public var description: String {
        [24, 16, 8, 0].map { String(bits >> UInt32($0) & 255) }.joined(separator: ".")
    }

    /// What kind of address this is that nobody on the internet can be reached at; nothing for
    /// any other. The ranges for documentation (RFC 5737) count as public, so that examples and
    /// test networks can use them. Source: IANA's registry of special addresses (RFC 6890).
    public var specialKind: String? {
        unusableKind ?? Self.local.first { $0.network.contains(self) }?.kind
    }

    /// What kind of address this is that no interface can be reached at from another machine;
    /// nothing for any other.
    public var unusableKind: String? {
        Self.unusable.first { $0.network.contains(self) }?.kind
    }

    private static let unusable: [(network: IPv4Network, kind: String)] = [
        (network(0, 0, 0, 0, 8), "an address of \"this network\""),
        (network(127, 0, 0, 0, 8), "a loopback address"),
        (network(169, 254, 0, 0, 16), "a link-local address"),
        (network(224, 0, 0, 0, 4), "a multicast address"),
        (network(240, 0, 0, 0, 4), "a reserved address"),
    ]

    private static let local: [(network: IPv4Network, kind: String)] = [
        (network(10, 0, 0, 0, 8), "a private address"),
        (network(100, 64, 0, 0, 10), "an address behind a provider's NAT (CGNAT)"),
        (network(172, 16, 0, 0, 12), "a private address"),
        (network(192, 0, 0, 0, 24), "an address reserved for protocols"),
        (network(192, 168, 0, 0, 16), "a private address"),
        (network(198, 18, 0, 0, 15), "an address for benchmarks"),
    ]

    private static func network(
        _ a: UInt32,
        _ b: UInt32,
        _ c: UInt32,
        _ d: UInt32,
        _ prefix: Int
    ) -> IPv4Network {
        IPv4Network(base: IPv4Address(bits: a << 24 | b << 16 | c << 8 | d), prefix: prefix)
    }

    private static func advice(instead text: String) -> String {
        if text.contains(":") {
            return "IPv6 is not in this release: write the IPv4 address, as \"203.0.113.11\"."
        }
        if text.contains("/") {
            return "Write one address without \"/\" and what follows it, as \"203.0.113.11\"."
        }
        if text.contains(where: \.isLetter) {
            return "A name may change what it stands for, and one that does not resolve stops "
                + "Kilo on every host: write the address itself, as \"203.0.113.11\"."
        }
        return "Write four numbers of 0 to 255 without leading zeros, as \"203.0.113.11\"."
    }
}
