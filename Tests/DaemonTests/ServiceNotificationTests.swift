import Daemon
import FoundationEssentials
import Glibc
import Testing

@Suite struct ServiceNotificationTests {
    @Test(arguments: [false, true])
    func `the service manager hears that the agent is ready`(isAbstract: Bool) throws {
        let name = "isthmus-notify-\(UInt64.random(in: 0 ... .max))"
        let path = isAbstract ? "@\(name)" : "/tmp/\(name)"
        defer { unlink(path) }
        let manager = try ServiceManagerSocket(path)
        ServiceNotification.ready.send(to: path)
        #expect(manager.receive() == "READY=1")
    }

    @Test func `nobody listening is no trouble`() {
        ServiceNotification.ready.send(to: "/nonexistent/socket")
        ServiceNotification.ready.send(to: "")
        ServiceNotification.ready.send(to: String(repeating: "a", count: 500))
    }
}

/// The other end, as systemd has it.
private struct ServiceManagerSocket: ~Copyable {
    struct Failure: Error {}

    private let descriptor: Int32

    init(_ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length)
            }
        }
        guard result == 0 else { throw Failure() }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
