/// A block of IPv4 addresses (CIDR). An instance built from text has no bits set behind its prefix.
public struct IPv4Network: Sendable, Hashable, CustomStringConvertible {
    /// The first address.
    public let base: IPv4Address
    /// How many leading bits all its addresses share; 0 to 32.
    public let prefix: Int

    init(base: IPv4Address, prefix: Int) {
        self.base = base
        self.prefix = prefix
    }

    /// Reads `ADDRESS/PREFIX` with a prefix in the range.
    public init(parsing text: String, prefixes: ClosedRange<Int>) throws(PlanComplaint) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let first = halves.first, let last = halves.last,
            let address = try? IPv4Address(parsing: String(first)),
            let prefix = DecimalDigits.number(last.utf8, in: 0...32)
        else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a block of IPv4 addresses.",
                advice: "Write an address, \"/\" and the number of leading bits, "
                    + "as \"10.42.0.0/16\"."
            )
        }
        let block = IPv4Network(
            base: IPv4Address(bits: address.bits & Self.mask(prefix)),
            prefix: prefix
        )
        guard block.base == address else {
            throw PlanComplaint(
                "\(text) has bits set behind its prefix of \(prefix).",
                advice: "Write \"\(block)\", or a longer prefix."
            )
        }
        guard prefixes.contains(prefix) else {
            throw PlanComplaint(
                "/\(prefix) is \(prefix < prefixes.lowerBound ? "too large" : "too small") "
                    + "a block here.",
                advice: "Write a prefix from /\(prefixes.lowerBound) to /\(prefixes.upperBound)."
            )
        }
        self = block
    }

    /// The usual text.
    public var description: String { "\(base)/\(prefix)" }

    /// How many addresses it has.
    public var count: Int { 1 << (32 - prefix) }

    /// Whether the address is one of the block's.
    public func contains(_ address: IPv4Address) -> Bool {
        address.bits & Self.mask(prefix) == base.bits
    }

    /// Whether the two blocks share an address.
    public func overlaps(_ other: IPv4Network) -> Bool {
        contains(other.base) || other.contains(base)
    }

    private static func mask(_ prefix: Int) -> UInt32 {
        prefix == 0 ? 0 : UInt32.max << UInt32(32 - prefix)
    }
}
