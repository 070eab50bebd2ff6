import HTTP2Session

/// What one end of a connection heard.
final class Ear: HTTP2Events {
    enum Event: Equatable {
        case ready
        case headers(StreamID, HeaderFields, ends: Bool)
        case tooManyHeaders(StreamID)
        case data(StreamID, [UInt8])
        case end(StreamID)
        case sent(StreamID, Int)
        case closed(StreamID, HTTP2ErrorCode)
        case pong
        case goAway(HTTP2ErrorCode)
    }

    var events: [Event] = []

    func peerIsReady() { events.append(.ready) }
    func received(_ fields: HeaderFields, on stream: StreamID, endsStream: Bool) {
        events.append(.headers(stream, fields, ends: endsStream))
    }
    func receivedTooManyHeaders(on stream: StreamID) { events.append(.tooManyHeaders(stream)) }
    func received(_ bytes: UnsafeRawBufferPointer, on stream: StreamID) {
        events.append(.data(stream, Array(bytes)))
    }
    func receivedEnd(of stream: StreamID) { events.append(.end(stream)) }
    func sent(_ count: Int, on stream: StreamID) { events.append(.sent(stream, count)) }
    func closed(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        events.append(.closed(stream, code))
    }
    func receivedPong() { events.append(.pong) }
    func receivedGoAway(_ code: HTTP2ErrorCode, _ words: String) { events.append(.goAway(code)) }

    /// How many bytes of the stream's body came.
    func bodyCount(of stream: StreamID) -> Int {
        events.reduce(0) { count, event in
            if case .data(stream, let bytes) = event { count + bytes.count } else { count }
        }
    }
}

/// A client and a server, and the bytes between them.
struct Wire {
    let client: HTTP2Session
    let server: HTTP2Session
    let clientEar = Ear()
    let serverEar = Ear()

    init(
        client: HTTP2Settings = HTTP2Settings(),
        server: HTTP2Settings = HTTP2Settings()
    ) throws {
        self.client = try HTTP2Session(.client, client)
        self.server = try HTTP2Session(.server, server)
    }

    /// Carries bytes until neither end has anything to say.
    func settle(at now: UInt64 = 0) throws {
        while true {
            let forth = try Self.output(of: client, clientEar)
            let back = try Self.output(of: server, serverEar)
            if forth.isEmpty, back.isEmpty { return }
            try Self.feed(server, forth, serverEar, now)
            try Self.feed(client, back, clientEar, now)
        }
    }

    static func output(of session: HTTP2Session, _ ear: Ear) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try session.send(telling: ear) { frame in
            bytes.append(contentsOf: frame)
            return true
        }
        return bytes
    }

    static func feed(
        _ session: HTTP2Session,
        _ bytes: [UInt8],
        _ ear: Ear,
        _ now: UInt64 = 0
    ) throws {
        try bytes.withUnsafeBytes { try session.receive($0, at: now, telling: ear) }
    }
}

extension HeaderFields {
    init(_ fields: KeyValuePairs<String, String>) {
        self.init()
        for (name, value) in fields { add(name, value) }
    }

    static let request = HeaderFields([
        ":method": "POST", ":scheme": "https", ":path": "/a/b", ":authority": "test",
    ])
    static let response = HeaderFields([":status": "200"])
    static let trailers = HeaderFields(["grpc-status": "0"])
}
