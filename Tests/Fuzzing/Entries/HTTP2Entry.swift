import HTTP2Session

/// Bytes of a peer to an HTTP/2 session, which answers what it understands.
enum HTTP2Entry {
    /// What every connection begins with; inputs need not spend bytes on it.
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let emptySettings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]

    static func server(_ bytes: UnsafeRawBufferPointer) {
        let echo = Echo(role: .server)
        let greeting = preface + emptySettings
        guard greeting.withUnsafeBytes({ echo.take($0) }) else {
            preconditionFailure("a proper greeting was refused")
        }
        echo.take(inParts: bytes)
    }

    static func client(_ bytes: UnsafeRawBufferPointer) {
        let echo = Echo(role: .client)
        echo.ask()
        guard emptySettings.withUnsafeBytes({ echo.take($0) }) else {
            preconditionFailure("a proper greeting was refused")
        }
        echo.take(inParts: bytes)
    }
}

/// A user of a session that answers every request with what it was sent, and keeps account of what
/// the session tells.
private final class Echo: HTTP2Events {
    private let role: HTTP2Session.Role
    private let session: HTTP2Session?
    private var open: Set<StreamID> = []
    private var now: UInt64 = 0

    init(role: HTTP2Session.Role) {
        self.role = role
        session = try? HTTP2Session(role, HTTP2Settings())
    }

    /// Sends three requests: one with a body to come, one with a body that has come, one without.
    func ask() {
        guard let session else { return }
        var fields = HeaderFields()
        for (name, value) in [
            (":method", "POST"), (":scheme", "https"), (":path", "/a/b"), (":authority", "c"),
        ] { fields.add(name, value) }
        for ends in [false, false, true] {
            guard let id = try? session.request(fields, endsStream: ends) else { continue }
            open.insert(id)
            session.append([1, 2, 3], on: id)
            if id == 3 { session.finish(id) }
        }
        drain()
    }

    /// The first byte says how the rest is cut, as a socket may cut it anywhere.
    func take(inParts bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let part = first == 0 ? Int.max : Int(first)
        var rest = bytes.dropFirst()
        while !rest.isEmpty {
            now += 1_000_000
            guard take(UnsafeRawBufferPointer(rebasing: rest.prefix(part))) else { return }
            rest = rest.dropFirst(part)
        }
        session?.announceGoAway()
        session?.goAway()
        drain()
    }

    /// Whether the session goes on.
    @discardableResult
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let session else { return false }
        do {
            try session.receive(bytes, at: now, telling: self)
        } catch {
            precondition(!error.message.isEmpty)
            session.terminate(error.code)
            drain()
            return false
        }
        drain()
        return !session.isOver
    }

    /// Lets everything out. What leaves is bounded by what came in and the windows.
    private func drain() {
        var count = 0
        do {
            try session?.send(telling: self) { frame in
                count += frame.count
                return true
            }
        } catch {
            precondition(!"\(error)".isEmpty)
        }
        precondition(count < 16 << 20, "an answer out of proportion")
    }

    func peerIsReady() {}

    func received(_ fields: HeaderFields, on stream: StreamID, endsStream: Bool) {
        precondition(stream > 0)
        guard role == .server, open.insert(stream).inserted else { return }
        var answer = HeaderFields()
        answer.add(":status", "200")
        session?.respond(on: stream, answer, endsStream: false)
        if endsStream { finish(stream) }
    }

    func receivedTooManyHeaders(on stream: StreamID) {
        session?.reset(stream, .enhanceYourCalm)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on stream: StreamID) {
        session?.append(Array(bytes), on: stream)
        if stream % 4 == 1 { session?.consumed(bytes.count, on: stream) }
    }

    func receivedEnd(of stream: StreamID) {
        finish(stream)
    }

    private func finish(_ stream: StreamID) {
        var trailers = HeaderFields()
        trailers.add("grpc-status", "0")
        guard role == .server else { return }
        if stream % 8 == 5 {
            session?.cutOff(stream, trailers: trailers)
        } else {
            session?.finish(stream, trailers: trailers)
        }
    }

    func sent(_ count: Int, on stream: StreamID) {
        precondition(count > 0 && open.contains(stream))
    }

    func closed(_ stream: StreamID, _ code: HTTP2ErrorCode) {
        open.remove(stream)
    }

    func receivedPong() {}

    func receivedGoAway(_ code: HTTP2ErrorCode, _ words: String) {
        precondition(!code.description.isEmpty)
    }
}
