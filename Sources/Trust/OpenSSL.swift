import COpenSSL

/// What all calls of OpenSSL share: its queue of complaints, and text through memory BIOs.
enum OpenSSL {
    /// Longest PEM text that is looked at: a chain of certificates takes a few KiB.
    private static let longestText = 256 * 1024

    /// Runs an operation that tells by a truth value whether it worked.
    static func require(_ message: String, _ operation: () -> Bool) throws(TrustFailure) {
        ERR_clear_error()
        guard operation() else { throw failure(message) }
    }

    /// Runs an operation that makes something or nothing.
    static func make<Object>(
        _ message: String,
        _ operation: () -> Object?
    ) throws(TrustFailure) -> Object {
        ERR_clear_error()
        guard let object = operation() else { throw failure(message) }
        return object
    }

    /// Reads the first PEM block that `read` takes; it must pass `refusePassphrase` on.
    static func decode(
        _ message: String,
        _ text: [UInt8],
        _ read: (_ bio: OpaquePointer) -> OpaquePointer?
    ) throws(TrustFailure) -> OpaquePointer {
        guard text.count <= longestText else {
            throw TrustFailure("\(message): \(text.count) bytes are too many")
        }
        return try make(message) {
            text.withUnsafeBytes { bytes -> OpaquePointer? in
                guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                    return nil
                }
                defer { BIO_free(bio) }
                return read(bio)
            }
        }
    }

    /// Collects the text that `write` puts into a BIO, which is wiped afterwards.
    static func encode(
        _ message: String,
        _ write: (_ bio: OpaquePointer) -> Int32
    ) throws(TrustFailure) -> [UInt8] {
        try make(message) {
            guard let bio = BIO_new(BIO_s_secmem()) else { return nil }
            defer { BIO_free(bio) }
            guard write(bio) == 1 else { return nil }
            var start: UnsafeMutablePointer<UInt8>?
            let count = withUnsafeMutablePointer(to: &start) {
                BIO_ctrl(bio, BIO_CTRL_INFO, 0, $0)
            }
            return Array(UnsafeBufferPointer(start: start, count: count))
        }
    }

    /// The message with the reasons that OpenSSL queued on this thread; they are fixed sentences
    /// of the library, so no data of ours can be among them.
    private static func failure(_ message: String) -> TrustFailure {
        var reasons: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            guard let reason = ERR_reason_error_string(code) else { continue }
            let text = String(cString: reason)
            if !reasons.contains(text) { reasons.append(text) }
        }
        guard !reasons.isEmpty else { return TrustFailure(message) }
        return TrustFailure("\(message): \(reasons.joined(separator: ", "))")
    }
}

/// Fails an encrypted PEM block, for which OpenSSL would else ask at the terminal.
func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}

/// Frees one of OpenSSL's objects with the last that refers to it.
final class OwnedObject: Sendable {
    // Nothing is changed once an object is made or read; OpenSSL locks what it caches in it.
    nonisolated(unsafe) let pointer: OpaquePointer
    private let free: @Sendable (OpaquePointer) -> Void

    /// Takes the object over.
    init(_ pointer: OpaquePointer, _ free: @escaping @Sendable (OpaquePointer) -> Void) {
        self.pointer = pointer
        self.free = free
    }

    deinit {
        free(pointer)
    }
}
