import GRPCTransport
import Glibc
import HTTP2Session
import TLSSession
import Trust

/// A blocking TCP socket, for peers that do not behave.
final class RawSocket {
    private let descriptor: Int32

    /// Connects to the port on the loopback interface.
    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var patience = timeval(tv_sec: 15, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// False once the peer does not take it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// What came, nothing at the end, or nil after fifteen seconds of silence.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 { return errno == EAGAIN ? nil : [] }
        return Array(buffer.prefix(count))
    }

    /// Whether the peer has closed the connection; it does not wait for that.
    var isEnded: Bool {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        let count = recv(descriptor, &byte, 1, flags)
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// Whether the peer closes the connection before the patience ends.
    func isClosedByPeer() -> Bool {
        while let bytes = receive() {
            if bytes.isEmpty { return true }
        }
        return false
    }
}

/// The peer neither said anything nor closed the connection.
struct Silence: Error {}

/// A client that speaks TLS as it should, and over it whatever it likes.
final class RawPeer {
    let socket: RawSocket
    private let tls: TLSSession

    init(
        _ cluster: Cluster,
        port: Int,
        speaking application: ApplicationProtocol = .h2,
        isNamed: Bool? = nil
    ) throws {
        socket = RawSocket(port: port)
        let identity = isNamed ?? (application == .h2) ? try cluster.agent() : nil
        let context = try TLSContext.client(
            identity: identity.map { (certificate: $0.certificate, key: $0.key) },
            proof: .chain(authorities: cluster.authorities, uri: cluster.coordinatorURI),
            applicationProtocol: application.rawValue
        )
        tls = try TLSSession(context)
        while !tls.isEstablished {
            guard try receive() != nil else { throw Silence() }
        }
    }

    /// Sends plaintext; false once the server does not take it.
    func send(_ bytes: [UInt8]) throws -> Bool {
        try bytes.withUnsafeBytes { try tls.send($0) }
        return socket.send(tls.takeCiphertext())
    }

    /// The plaintext that came; nil at the end.
    func receive() throws -> [UInt8]? {
        socket.send(tls.takeCiphertext())
        guard let ciphertext = socket.receive() else { throw Silence() }
        guard !ciphertext.isEmpty else { return nil }
        var plaintext: [UInt8] = []
        let reception = try ciphertext.withUnsafeBytes { ciphertext in
            try tls.receive(ciphertext, established: {}) { plaintext.append(contentsOf: $0) }
        }
        return reception == .ended && plaintext.isEmpty ? nil : plaintext
    }

    /// All frames until one that is meant, with it; or until the server closes.
    func frames(until isMeant: (Frame) -> Bool) throws -> [Frame] {
        var bytes: [UInt8] = []
        while let more = try receive() {
            bytes += more
            let frames = Frame.all(in: bytes)
            if frames.contains(where: isMeant) { return frames }
        }
        return Frame.all(in: bytes)
    }

    /// Waits until the server has dealt with everything that was sent. False if it closes instead.
    func settle() throws -> Bool {
        _ = try send(Frame(type: 6, payload: Array("settling".utf8)).bytes)
        return try frames { $0.isPong }.contains { $0.isPong }
    }

    /// All frames until the server closes.
    func framesUntilEnd() throws -> [Frame] {
        var bytes: [UInt8] = []
        while let more = try receive() { bytes += more }
        return Frame.all(in: bytes)
    }
}

/// One HTTP/2 frame, as bytes.
struct Frame {
    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = Frame(type: 4)

    /// The begin of a call: POST, https, and literals, as HPACK writes them.
    static func request(stream: UInt32, of method: String = "Echo") -> Frame {
        let path = Array("/test.Raw/\(method)".utf8)
        let type = Array("application/grpc".utf8)
        let block: [UInt8] =
            [0x83, 0x87, 0x44, UInt8(path.count)] + path + [0x41, 1, 0x78]
            + [0x5f, UInt8(type.count)] + type
        return Frame(type: 1, flags: 4, stream: stream, payload: block)
    }

    var bytes: [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + [24, 16, 8, 0].map { UInt8(stream >> $0 & 255) } + payload
    }

    /// The first `count` bytes of a message of `length` zeros.
    static func message(stream: UInt32, _ length: Int, first count: Int? = nil) -> [UInt8] {
        let prefix = [24, 16, 8, 0].map { UInt8(length >> $0 & 255) }
        var rest = [0] + prefix + [UInt8](repeating: 0, count: count ?? length)
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            bytes += Frame(type: 0, stream: stream, payload: Array(rest.prefix(16_000))).bytes
            rest.removeFirst(min(16_000, rest.count))
        }
        return bytes
    }

    static func window(stream: UInt32, _ count: UInt32) -> Frame {
        Frame(type: 8, stream: stream, payload: [24, 16, 8, 0].map { UInt8(count >> $0 & 255) })
    }

    static func reset(stream: UInt32) -> Frame {
        Frame(type: 3, stream: stream, payload: [0, 0, 0, 8])
    }

    func isData(of stream: UInt32) -> Bool { type == 0 && self.stream == stream }

    /// Trailers.
    func isEnd(of stream: UInt32) -> Bool {
        type == 1 && flags & 1 == 1 && self.stream == stream
    }

    var isPong: Bool { type == 6 && flags & 1 == 1 }

    /// GOAWAY ENHANCE_YOUR_CALM.
    var saysCalmDown: Bool { type == 7 && payload.count >= 8 && payload[7] == 11 }

    static func all(in bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            rest = rest.dropFirst(9)
            let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append(
                Frame(
                    type: head[3],
                    flags: head[4],
                    stream: stream,
                    payload: Array(rest.prefix(length))
                )
            )
            rest = rest.dropFirst(length)
        }
        return frames
    }
}

/// Calls that a well-behaved HTTP/2 client makes by hand.
final class RawClient: HTTP2Events {
    struct Answer: Equatable {
        var blocks: [HeaderFields] = []
        var body: [UInt8] = []
        var code: HTTP2ErrorCode?
    }

    private let peer: RawPeer
    private let http2: HTTP2Session
    private var answers: [StreamID: Answer] = [:]
    private(set) var goAway: HTTP2ErrorCode?

    init(_ cluster: Cluster, port: Int) throws {
        peer = try RawPeer(cluster, port: port)
        http2 = try HTTP2Session(.client, HTTP2Settings())
    }

    /// Makes a request and returns what came of it.
    func request(_ fields: [(String, String)], body: [UInt8]? = nil) throws -> Answer {
        var block = HeaderFields()
        for (name, value) in fields { block.add(name, value) }
        let stream = try http2.request(block, endsStream: body == nil)
        if let body {
            http2.append(body, on: stream)
            http2.finish(stream)
        }
        answers[stream] = Answer()
        try flush()
        while answers[stream]?.code == nil, let bytes = try peer.receive() {
            try bytes.withUnsafeBytes { try http2.receive($0, at: 0, telling: self) }
            try flush()
        }
        return answers[stream] ?? Answer()
    }

    private func flush() throws {
        var bytes: [UInt8] = []
        try http2.send(telling: self) { frame in
            bytes.append(contentsOf: frame)
            return true
        }
        if !bytes.isEmpty { _ = try peer.send(bytes) }
    }

    static func call(
        path: String = "/test.Raw/Echo",
        contentType: String = "application/grpc"
    ) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "test"),
            ("content-type", contentType), ("te", "trailers"),
        ]
    }

    func peerIsReady() {}
    func received(_ fields: HeaderFields, on stream: StreamID, endsStream: Bool) {
        answers[stream]?.blocks.append(fields)
    }
    func receivedTooManyHeaders(on stream: StreamID) {}
    func received(_ bytes: UnsafeRawBufferPointer, on stream: StreamID) {
        answers[stream]?.body.append(contentsOf: bytes)
        http2.consumed(bytes.count, on: stream)
    }
    func receivedEnd(of stream: StreamID) {}
    func sent(_ count: Int, on stream: StreamID) {}
    func closed(_ stream: StreamID, _ code: HTTP2ErrorCode) { answers[stream]?.code = code }
    func receivedPong() {}
    func receivedGoAway(_ code: HTTP2ErrorCode, _ words: String) { goAway = code }
}
