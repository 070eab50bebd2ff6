import Glibc
import Plan
import Preflight
import Synchronization

/// One measurement of the way to another host. It runs on a thread of its own, for two seconds or so.
struct PathProbe: Sendable {
    let order: PathOrder
    let key: Secret
    /// The port that all measurements of a run come from, so that the others can tell whether a gateway
    /// keeps it; 0 takes any.
    let ownPort: UInt16
    /// Set where nobody waits for the result any more.
    let stop: StopSign

    /// Microseconds between packets whose round trips count, and between the others.
    private static let pace: (roundTrips: Int64, packets: Int64) = (10_000, 2000)
    /// Microseconds that the last answer is waited for at most.
    private static let patience: Int64 = 1_000_000
    /// Sizes of IP packets that paths commonly carry.
    private static let sizes = [
        1280, 1300, 1320, 1340, 1360, 1380, 1400, 1420, 1440, 1450, 1460, 1472, 1480, 1492, 1500,
    ]

    /// Measures.
    func run() -> PathMeasurement {
        var path = PathMeasurement()
        guard let address = try? IPv4Address(parsing: order.address) else {
            path.complaint = "no address"
            return path
        }
        if let port = UInt16(exactly: order.tcpPort), port > 0 {
            path.connection = connection(to: SocketAddress(address: address.bits, port: port))
        }
        guard let port = UInt16(exactly: order.udpPort), port > 0 else { return path }
        let end = SocketAddress(address: address.bits, port: port)
        guard let socket = openDatagrams(to: end, &path) else { return path }
        var conversation = Conversation(socket: socket, key: key, stop: stop)
        measure(&conversation, &path)
        path.complaint = conversation.complaint
        return path
    }

    private func openDatagrams(to end: SocketAddress, _ path: inout PathMeasurement) -> Socket? {
        guard let socket = Socket.open(SOCK_DGRAM) else {
            path.complaint = "no socket"
            return nil
        }
        socket.set(SO_REUSEADDR, to: 1)
        socket.set(SO_REUSEPORT, to: 1)
        // Every packet carries DF, whatever the kernel believes of the path (ip(7)).
        socket.set(IP_MTU_DISCOVER, at: Int32(IPPROTO_IP), to: IP_PMTUDISC_PROBE)
        guard socket.bind(port: ownPort) == 0 || socket.bind(port: 0) == 0,
            socket.connect(to: end) == 0
        else {
            path.complaint = "no way: \(String(cString: strerror(errno)))"
            return nil
        }
        path.ownPort = Int(socket.ownPort)
        return socket
    }

    private func measure(_ conversation: inout Conversation, _ path: inout PathMeasurement) {
        conversation.send(order.roundTrips, every: Self.pace.roundTrips)
        conversation.listen(atMost: Self.patience)
        path.sent = order.roundTrips
        path.answered = conversation.times.count
        path.roundTrip = .init(of: conversation.times)
        path.seen = conversation.seen
        // Where nothing comes back, more of it tells nothing more.
        guard let roundTrip = path.roundTrip, !stop.isSet else { return }
        conversation.send(order.packets, every: Self.pace.packets)
        conversation.listen(atMost: max(100_000, min(Self.patience, roundTrip.late * 3)))
        path.sent += order.packets
        path.answered = conversation.times.count
        path.reordered = conversation.reordered
        guard order.largestPacket > 0, !stop.isSet else { return }
        path.pathMTU = largestPacket(
            &conversation,
            patience: max(50_000, min(Self.patience, roundTrip.late * 2))
        )
    }

    /// First all common sizes at once, then bisection between the largest that passed and the next.
    private func largestPacket(_ conversation: inout Conversation, patience: Int64) -> Int? {
        let sizes = Self.sizes.filter { $0 < order.largestPacket } + [order.largestPacket]
        let passed = conversation.passed(sizes, atMost: patience)
        guard var low = sizes.filter(passed.contains).max() else { return nil }
        guard var high = sizes.first(where: { $0 > low }) else { return low }
        while high - low > 1, !stop.isSet {
            let middle = (low + high) / 2
            if conversation.passed([middle], atMost: patience).contains(middle) {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }

    private func connection(to end: SocketAddress) -> PathMeasurement.Connection {
        guard let socket = Socket.open(SOCK_STREAM) else { return .silent }
        var code = socket.connect(to: end)
        if code == EINPROGRESS {
            let deadline = OwnThread.now() + 2_000_000
            var isReady = false
            while !isReady, !stop.isSet, OwnThread.now() < deadline {
                isReady = socket.wait(for: POLLOUT, microseconds: 100_000)
            }
            guard isReady else { return .silent }
            code = socket.error
        }
        return switch code {
        // Our own listener takes a connection and resets it.
        case 0, ECONNRESET: .open
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .silent
        default: .unreachable
        }
    }
}

/// Whether somebody who waits for a result has gone.
final class StopSign: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() {
        flag.store(true, ordering: .relaxed)
    }
}
