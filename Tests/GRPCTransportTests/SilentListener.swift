import Glibc
import Testing

/// A port of a loopback address whose queue of connections is full: whoever knocks hears nothing, as from
/// a machine that is gone.
final class SilentListener {
    private let listener: Int32
    private var queued: [Int32] = []

    /// Takes the port on `::1` or on `127.0.0.1`; 0 takes a free one.
    init(_ family: Int32, port: Int = 0) throws {
        listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        var address = Self.loopback(family, port)
        let outcome = Self.generic(&address) { bind(listener, $0, $1) | listen(listener, 0) }
        try #require(outcome == 0)
        try fill()
    }

    deinit {
        for descriptor in queued + [listener] { close(descriptor) }
    }

    var port: Int {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = Self.generic(&address) { pointer, _ in getsockname(listener, pointer, &length) }
        return withUnsafeBytes(of: &address) { Int($0[2]) << 8 | Int($0[3]) }
    }

    /// Knocks until one gets no answer within a moment: the kernel then drops what comes (listen(2)).
    private func fill() throws {
        var address = Self.loopback(family, port)
        for _ in 0..<16 {
            let knocking = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            queued.append(knocking)
            _ = Self.generic(&address) { connect(knocking, $0, $1) }
            var poll = pollfd(fd: knocking, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 200) == 0 { return }
        }
        Issue.record("The queue of a listener never filled.")
    }

    private var family: Int32 {
        var domain: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(listener, SOL_SOCKET, SO_DOMAIN, &domain, &length)
        return domain
    }

    private static func loopback(_ family: Int32, _ port: Int) -> sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: sa_family_t(family), as: sa_family_t.self)
            bytes[2] = UInt8(port >> 8)
            bytes[3] = UInt8(port & 255)
            // sockaddr_in's address begins at 4, sockaddr_in6's at 8.
            if family == AF_INET6 {
                bytes[23] = 1
            } else {
                bytes[4] = 127
                bytes[7] = 1
            }
        }
        return storage
    }

    private static func generic(
        _ address: inout sockaddr_storage,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        let isIPv6 = address.ss_family == sa_family_t(AF_INET6)
        let length =
            isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(length))
            }
        }
    }
}
