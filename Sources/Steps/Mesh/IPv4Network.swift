/// A range of IPv4 addresses as `10.4.0.0/16` says it.
struct IPv4Network: Sendable, Equatable {
    private let base: UInt32
    private let mask: UInt32

    /// Nothing where the text is no range.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = Self.address(parts[0]), let bits = Int(parts[1]),
            (0...32).contains(bits)
        else { return nil }
        mask = bits == 0 ? 0 : UInt32.max << UInt32(32 - bits)
        base = address & mask
    }

    /// Whether the literal address lies in the range.
    func contains(_ text: some StringProtocol) -> Bool {
        Self.address(text).map { $0 & mask == base } ?? false
    }

    private static func address(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part) else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }
}
