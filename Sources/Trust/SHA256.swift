import COpenSSL

/// SHA-256 (FIPS 180-4), written as 64 lower-case hexadecimal digits.
public enum SHA256 {
    /// Bytes in a digest.
    static let length = 32

    /// The digest of the bytes.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        Hexadecimal.text(digest(Array(bytes)))
    }

    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var stream = Stream()
        stream.update(bytes)
        return stream.digest()
    }

    /// Digests bytes that come piece by piece.
    public struct Stream: ~Copyable, Sendable {
        private nonisolated(unsafe) let context: OpaquePointer

        /// Nothing digested so far.
        public init() {
            guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
            else {
                preconditionFailure("out of memory: OpenSSL's SHA-256 fails for no other reason")
            }
            self.context = context
        }

        deinit {
            EVP_MD_CTX_free(context)
        }

        /// Adds bytes.
        public mutating func update(_ bytes: UnsafeRawBufferPointer) {
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }

        /// Adds bytes.
        public mutating func update(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { update($0) }
        }

        /// The digest of all that was added.
        public consuming func finish() -> String {
            Hexadecimal.text(digest())
        }

        fileprivate consuming func digest() -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: SHA256.length) { buffer, count in
                EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
                count = SHA256.length
            }
        }
    }
}
