internal import Glibc

/// What systemd waits for from a unit of `Type=notify` (sd_notify(3)): a datagram to the socket
/// that NOTIFY_SOCKET names. Without one nothing happens.
public enum ServiceNotification: String {
    /// It does its work; whether whom it works with is up, is another matter.
    case ready = "READY=1"
    /// It has not hung (`Watchdog`).
    case alive = "WATCHDOG=1"
    /// It is about to end.
    case stopping = "STOPPING=1"

    /// Sends the notification.
    public func send() {
        guard let name = getenv("NOTIFY_SOCKET") else { return }
        send(to: String(cString: name))
    }

    /// Sends it to a socket's path; one that begins with `@` lies in the abstract namespace.
    public func send(to path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return
        }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + bytes.count)
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = Array(rawValue.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
