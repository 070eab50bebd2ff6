import Glibc
import Plan
import Preflight
import Synchronization
import Testing

@testable import NodeAgent

/// Real sockets on loopback: a listener and a measurement, and what strangers get.
@Suite(.timeLimit(.minutes(1))) struct ProbeTests {
    private static let key = Secret([UInt8](repeating: 7, count: 32))

    @Test func `a datagram survives the wire, and nobody without the key makes one`() {
        let datagram = ProbeDatagram(isAnswer: true, number: 77, address: 0x7F00_0001, port: 4242)
        let bytes = datagram.bytes(padded: 1200, key: Self.key)
        #expect(bytes.count == 1200)
        #expect(ProbeDatagram(bytes, key: Self.key) == datagram)
        #expect(ProbeDatagram(bytes, key: Secret([1])) == nil)
        for place in [0, 4, 9, 17, 20, 30, 39, 600, 1199] {
            var altered = bytes
            altered[place] ^= 1
            #expect(ProbeDatagram(altered, key: Self.key) == nil, "byte \(place)")
        }
        for length in [0, 1, 39, 1199] {
            #expect(ProbeDatagram(Array(bytes.prefix(length)), key: Self.key) == nil)
        }
        #expect(ProbeDatagram(bytes, key: Secret([])) == nil)
        #expect(datagram.bytes(key: Secret([])).isEmpty)
    }

    @Test func `two posts on loopback measure each other`() async throws {
        let post = ProbePost()
        let port = try freePort()
        let report = post.open(order(port))
        #expect(report == ListeningReport())
        let path = await post.measure(path(to: port))
        #expect(path.sent == 70)
        #expect(path.answered == 70)
        #expect(path.connection == .open)
        #expect(path.pathMTU == 1500)
        #expect(path.seen == .init(address: "127.0.0.1", port: path.ownPort))
        #expect(path.complaint.isEmpty)
        let time = try #require(path.roundTrip)
        #expect(time.shortest <= time.median && time.median <= time.late)
        // The port stays the same from one partner to the next.
        let again = await post.measure(self.path(to: port))
        #expect(again.ownPort == path.ownPort)
        post.close()
    }

    @Test func `where nobody listens, the network says so and the measurement ends`() async throws {
        let post = ProbePost()
        let own = try freePort()
        _ = post.open(order(own))
        let closed = try freePort()
        let path = await post.measure(path(to: closed))
        #expect(path.answered == 0 && path.sent == 20)
        #expect(path.connection == .refused)
        #expect(path.complaint == "port unreachable")
        #expect(path.roundTrip == nil && path.pathMTU == nil)
        post.close()
    }

    @Test func `a listener answers nobody without the key, and closes`() async throws {
        let port = try freePort()
        let listener = ProbePost()
        _ = listener.open(order(port))
        let stranger = ProbePost()
        let other = ListeningOrder(
            udpPort: Int(try freePort()),
            tcpPort: Int(try freePort()),
            key: Secret([9]),
            duration: 10_000
        )
        _ = stranger.open(other)
        let path = await stranger.measure(path(to: port))
        #expect(path.answered == 0)
        #expect(path.complaint.isEmpty)
        listener.close()
        stranger.close()
        try await untilFree(port)
    }

    @Test func `a port that is taken is said to be, and nothing closes what was there`() throws {
        let port = try freePort()
        let taken = try #require(Socket.open(SOCK_DGRAM))
        #expect(taken.bind(port: port) == 0)
        let post = ProbePost()
        #expect(post.open(order(port)).udpRefusal == ListeningReport.taken)
        post.close()
        #expect(taken.ownPort == port)
    }

    @Test func `what is open closes by itself`() async throws {
        let port = try freePort()
        let post = ProbePost()
        var order = order(port)
        order.duration = 50
        _ = post.open(order)
        try await untilFree(port)
    }

    @Test func `a measurement that nobody waits for asks nothing more`() async throws {
        let post = ProbePost()
        let port = try freePort()
        _ = post.open(order(port))
        let path = path(to: port)
        let measuring = Task {
            while !Task.isCancelled { await Task.yield() }
            return await post.measure(path)
        }
        measuring.cancel()
        let result = await measuring.value
        #expect(result.answered == 0)
        #expect(result.sent == path.roundTrips)
        #expect(result.pathMTU == nil)
        post.close()
    }

    private func order(_ port: UInt16) -> ListeningOrder {
        ListeningOrder(udpPort: Int(port), tcpPort: Int(port), key: Self.key, duration: 30_000)
    }

    private func path(to port: UInt16) -> PathOrder {
        PathOrder(
            address: "127.0.0.1",
            udpPort: Int(port),
            tcpPort: Int(port),
            roundTrips: 20,
            packets: 50,
            largestPacket: 1500
        )
    }

    /// A port that is free for both, below those that the kernel gives to others.
    private func freePort() throws -> UInt16 {
        for _ in 0..<50 {
            let port = UInt16.random(in: 20_000...32_000)
            let stream = try #require(Socket.open(SOCK_STREAM))
            let datagram = try #require(Socket.open(SOCK_DGRAM))
            if stream.bind(port: port) == 0, datagram.bind(port: port) == 0 { return port }
        }
        throw Unavailable()
    }

    private struct Unavailable: Error {}

    private func untilFree(_ port: UInt16) async throws {
        while true {
            let socket = try #require(Socket.open(SOCK_DGRAM))
            if socket.bind(port: port) == 0 { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
