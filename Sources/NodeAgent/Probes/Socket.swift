import Glibc

/// A socket that never blocks, closed with its last reference. IPv4.
final class Socket: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Nothing where there are no descriptors left.
    static func open(_ kind: __socket_type) -> Socket? {
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, Int32(kind.rawValue) | flags, 0)
        return descriptor < 0 ? nil : Socket(descriptor)
    }

    /// Sets an option that is a number.
    func set(_ option: Int32, at level: Int32 = SOL_SOCKET, to value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Takes a port on every address; 0 takes a free one.
    ///
    /// - Returns: 0, or the number of the error.
    func bind(port: UInt16) -> Int32 {
        var address = SocketAddress(address: 0, port: port).raw
        return SocketAddress.with(&address) { Glibc.bind(descriptor, $0, $1) } == 0 ? 0 : errno
    }

    /// Connects; a TCP socket has only begun to when this returns.
    ///
    /// - Returns: 0, or the number of the error.
    func connect(to end: SocketAddress) -> Int32 {
        var address = end.raw
        return SocketAddress.with(&address) { Glibc.connect(descriptor, $0, $1) } == 0 ? 0 : errno
    }

    /// Its own port; 0 where it has none.
    var ownPort: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = SocketAddress.with(&address) { pointer, _ in
            getsockname(descriptor, pointer, &length)
        }
        return status == 0 ? UInt16(bigEndian: address.sin_port) : 0
    }

    /// The error that waits at the socket; 0 where there is none.
    var error: Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
        return error
    }

    /// Waits for POLLIN or POLLOUT, so many microseconds at most; whether it came.
    func wait(for events: Int32, microseconds: Int64) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, Int32(clamping: max(0, microseconds) / 1000)) > 0
    }
}

/// An IPv4 address and a port, in the machine's order of bytes.
struct SocketAddress: Hashable {
    var address: UInt32
    var port: UInt16

    /// As the kernel has it.
    var raw: sockaddr_in {
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = port.bigEndian
        raw.sin_addr.s_addr = address.bigEndian
        return raw
    }

    init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }

    init(_ raw: sockaddr_in) {
        address = UInt32(bigEndian: raw.sin_addr.s_addr)
        port = UInt16(bigEndian: raw.sin_port)
    }

    /// Hands the address over as the kernel's calls take it.
    static func with<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
