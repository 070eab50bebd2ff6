import Glibc
import Plan
import Preflight

/// What a host has open while others probe it: datagrams that carry the run's key are answered, all
/// others are passed over in silence; connections are taken and closed without a word. The sockets are its
/// thread's alone, and closed when that ends.
struct ProbeListener: Sendable {
    /// Datagrams that are looked at in a second; four hosts probe at once with 500 each.
    private static let bound = 10_000

    private let datagrams: Socket?
    private let connections: Socket?
    private let key: Secret
    private let end: Int64
    private let stop: StopSign

    /// Opens what can be opened, until the order's time is over, or for a tenth of a second after the sign is
    /// set.
    static func open(_ order: ListeningOrder, until stop: StopSign) -> ListeningReport {
        let datagrams = bound(SOCK_DGRAM, to: order.udpPort)
        let connections = bound(SOCK_STREAM, to: order.tcpPort)
        let report = ListeningReport(
            udpRefusal: datagrams.refusal,
            tcpRefusal: connections.refusal
        )
        let listener = ProbeListener(
            datagrams: datagrams.socket,
            connections: connections.socket,
            key: order.key,
            end: OwnThread.now() + order.duration * 1000,
            stop: stop
        )
        if !OwnThread.begin({ listener.serve() }) {
            return ListeningReport(udpRefusal: "no thread", tcpRefusal: "no thread")
        }
        return report
    }

    private static func bound(
        _ kind: __socket_type,
        to port: Int
    ) -> (socket: Socket?, refusal: String) {
        guard let number = UInt16(exactly: port), number > 0 else { return (nil, "not asked for") }
        guard let socket = Socket.open(kind) else { return (nil, "no socket") }
        // Connections that were closed a moment ago do not count as somebody else's.
        if kind == SOCK_STREAM { socket.set(SO_REUSEADDR, to: 1) }
        var code = socket.bind(port: number)
        if code == 0, kind == SOCK_STREAM, Glibc.listen(socket.descriptor, 128) != 0 {
            code = errno
        }
        switch code {
        case 0: return (socket, "")
        case EADDRINUSE: return (nil, ListeningReport.taken)
        default: return (nil, String(cString: strerror(code)))
        }
    }

    private func serve() {
        var window = (began: OwnThread.now(), count: 0)
        var entries = [datagrams, connections].map { socket in
            pollfd(fd: socket?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
        }
        while !stop.isSet, OwnThread.now() < end {
            guard poll(&entries, nfds_t(entries.count), 100) > 0 else { continue }
            if let connections, entries[1].revents != 0 { takeConnections(connections) }
            guard let datagrams, entries[0].revents != 0 else { continue }
            let now = OwnThread.now()
            if now - window.began > 1_000_000 { window = (now, 0) }
            answer(datagrams, counting: &window.count)
        }
    }

    /// Closed with a reset, so that no port of K3s is left waiting.
    private func takeConnections(_ socket: Socket) {
        for _ in 0..<64 {
            let descriptor = accept(socket.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_LINGER,
                &lingering,
                socklen_t(MemoryLayout<linger>.size)
            )
            Glibc.close(descriptor)
        }
    }

    private func answer(_ socket: Socket, counting count: inout Int) {
        var buffer = [UInt8](repeating: 0, count: 10_000)
        for _ in 0..<256 {
            var source = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let size = SocketAddress.with(&source) { pointer, _ in
                recvfrom(socket.descriptor, &buffer, buffer.count, 0, pointer, &length)
            }
            guard size >= 0 else { return }
            count += 1
            guard count <= Self.bound,
                let question = ProbeDatagram(Array(buffer[..<size]), key: key), !question.isAnswer
            else { continue }
            let end = SocketAddress(source)
            let answer = ProbeDatagram(
                isAnswer: true,
                number: question.number,
                address: end.address,
                port: end.port
            ).bytes(key: key)
            _ = SocketAddress.with(&source) {
                sendto(socket.descriptor, answer, answer.count, 0, $0, $1)
            }
        }
    }
}
