import Testing
import Trust

@Suite struct SHA256Tests {
    @Test func `the digests are those of FIPS 180-4`() {
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
        for (text, digest) in cases { #expect(SHA256.hex(text.utf8) == digest) }
    }

    @Test func `pieces give the digest of the whole`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var stream = SHA256.Stream()
        for start in stride(from: 0, to: bytes.count, by: 77) {
            stream.update(Array(bytes[start..<min(start + 77, bytes.count)]))
        }
        #expect(stream.finish() == SHA256.hex(bytes))
    }
}
