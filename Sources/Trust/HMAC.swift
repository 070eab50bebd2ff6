import COpenSSL
public import Plan

/// HMAC with SHA-256 (RFC 2104): who has the key made the bytes.
public enum HMAC {
    /// Bytes of a code.
    public static let length = 32

    /// The code of the bytes under a key; nothing where OpenSSL refuses, as with an empty key.
    public static func code(of bytes: [UInt8], under key: Secret) -> [UInt8]? {
        let secret = key.reveal()
        guard !secret.isEmpty, let size = Int32(exactly: secret.count) else { return nil }
        var code = [UInt8](repeating: 0, count: length)
        let made = COpenSSL.HMAC(EVP_sha256(), secret, size, bytes, bytes.count, &code, nil)
        return made == nil ? nil : code
    }
}
