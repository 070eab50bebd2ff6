/// The header of one file in a tar archive: POSIX.1-1988's "ustar" (IEEE 1003.1, pax, "ustar
/// Interchange Format"), and of that no more than plain files need.
struct TarHeader: Sendable, Equatable {
    /// Bytes of a header, and what contents are filled up to.
    static let block = 512
    /// The largest size that the format can say: eleven octal digits.
    static let largest: Int64 = (1 << 33) - 1

    /// At most 100 bytes of ASCII.
    let name: String
    /// Bytes.
    let size: Int64

    /// Zeros that follow contents of so many bytes.
    static func padding(_ size: Int64) -> Int {
        Int((Int64(block) - size % Int64(block)) % Int64(block))
    }

    /// The header of a file that everybody may read, of nobody and from no time: equal files make equal
    /// archives.
    func bytes() -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(String(name.prefix(100)), at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(Self.octal(size, digits: 11) + "\0", at: 124)
        put("00000000000\0", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\0" + "00", at: 257)
        put(Self.octal(Self.sum(header), digits: 6) + "\0 ", at: 148)
        return header
    }

    /// Nothing where the block is all zeros, which ends an archive.
    ///
    /// - Throws: `ArtifactFailure.bundle` where it is no header of a plain file.
    init?(block: [UInt8]) throws(ArtifactFailure) {
        guard block.contains(where: { $0 != 0 }) else { return nil }
        guard block.count == Self.block, Array(block[257..<262]) == Array("ustar".utf8) else {
            throw .bundle("it is no tar archive")
        }
        var blank = block
        blank.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        guard Self.number(block[148..<156]) == Self.sum(blank) else {
            throw .bundle("a header's checksum is wrong")
        }
        guard block[156] == UInt8(ascii: "0"), let size = Self.number(block[124..<136]) else {
            throw .bundle("it holds something else than plain files")
        }
        self.size = size
        name = String(decoding: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
    }

    init(name: String, size: Int64) {
        self.name = name
        self.size = size
    }

    private static func octal(_ number: Int64, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.prefix { $0 != 0 && $0 != 0x20 }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap {
            $0 < 0 ? nil : $0
        }
    }

    private static func sum(_ block: [UInt8]) -> Int64 {
        block.reduce(0) { $0 + Int64($1) }
    }
}
