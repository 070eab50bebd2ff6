internal import COpenSSL

/// The way OpenSSL reads and writes bytes: straight out of what was just received and straight into
/// the session's output, so that an idle session keeps no buffer.
enum SessionBIO {
    static func make(for session: TLSSession) -> OpaquePointer? {
        guard let method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    /// The session that reads and writes by `bio`, which lives as long as the session.
    static func session(of bio: OpaquePointer?) -> TLSSession? {
        BIO_get_data(bio).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }

    // Written once, before its first use, and never changed.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(kind, "session") else { return nil }
        BIO_meth_set_read(method) { bio, target, room in
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            guard let session = session(of: bio), let target, room > 0 else { return -1 }
            let count = session.takeInput(into: target, room: Int(room))
            if count == 0 {
                BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                return -1
            }
            return Int32(count)
        }
        BIO_meth_set_write(method) { bio, source, length in
            guard let session = session(of: bio), let source, length >= 0 else { return -1 }
            session.addOutput(UnsafeRawBufferPointer(start: source, count: Int(length)))
            return length
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()
}
