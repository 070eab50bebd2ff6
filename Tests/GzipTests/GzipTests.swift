import Testing

@testable import Gzip

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 1023, 65_535, 65_536, 65_537, 131_072, 1_000_000])
    func `what was compressed comes back`(count: Int) throws {
        let zeros = [UInt8](repeating: 0, count: count)
        // A sequence without repetition, which does not get shorter.
        var state: UInt32 = 1
        let noise = (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        for bytes in [zeros, noise] {
            let compressed = try #require(Gzip.compress(bytes))
            #expect(try Gzip.decompress(compressed, limit: count) == bytes)
        }
        let compressed = try #require(Gzip.compress(zeros))
        #expect(compressed.count < 64 + count / 100)
    }

    @Test func `what another program compressed is read`() throws {
        let bytes = try Gzip.decompress(Self.foreign, limit: 1000)
        #expect(bytes == Array(String(repeating: "kube-seoul ", count: 20).utf8))
    }

    @Test func `what is cut short is malformed`() {
        for count in Self.foreign.indices {
            #expect(throws: GzipFailure.malformed) {
                try Gzip.decompress(Array(Self.foreign.prefix(count)), limit: 1000)
            }
        }
    }

    @Test func `what goes on after its end is malformed`() {
        for rest in [[0], Self.foreign] {
            #expect(throws: GzipFailure.malformed) {
                try Gzip.decompress(Self.foreign + rest, limit: 1000)
            }
        }
    }

    @Test func `a wrong checksum or length is malformed`() {
        for place in Self.foreign.indices.suffix(8) {
            var bytes = Self.foreign
            bytes[place] ^= 1
            #expect(throws: GzipFailure.malformed) { try Gzip.decompress(bytes, limit: 1000) }
        }
    }

    @Test func `zlib's own format is not gzip's`() {
        let bytes: [UInt8] = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]
        #expect(throws: GzipFailure.malformed) { try Gzip.decompress(bytes, limit: 1000) }
    }

    @Test(arguments: [219, 100, 1, 0])
    func `what inflates to more than the limit is too large`(limit: Int) throws {
        #expect(throws: GzipFailure.tooLarge) {
            try Gzip.decompress(Self.foreign, limit: limit)
        }
        #expect(try Gzip.decompress(Self.foreign, limit: 220).count == 220)
    }

    @Test func `a bomb is left after the first portion that may not come`() throws {
        let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 10_000_000)))
        var admitted = 0
        #expect(throws: GzipFailure.refused) {
            try Gzip.decompress(bomb, limit: 100_000_000) { count in
                #expect(count <= Gzip.portion)
                admitted += count
                return admitted <= 1_000_000
            }
        }
        #expect(admitted <= 1_000_000 + Gzip.portion)
    }

    /// A word twenty times, by Python's zlib.
    private static let foreign: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x2e, 0x4d, 0x4a, 0xd5,
        0x2d, 0x4e, 0xcd, 0x2f, 0xcd, 0x51, 0xc8, 0x1e, 0x6e, 0x4c, 0x00, 0x45, 0x85, 0x6f, 0x71,
        0xdc, 0x00, 0x00, 0x00,
    ]
}
