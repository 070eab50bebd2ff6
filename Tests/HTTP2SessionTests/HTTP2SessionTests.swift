import HTTP2Session
import Testing

struct HTTP2SessionTests {
    @Test func `a request and its answer`() throws {
        let wire = try Wire()
        let stream = try wire.client.request(.request, endsStream: false)
        wire.client.append([1, 2], on: stream)
        wire.client.append([3], on: stream)
        wire.client.finish(stream)
        try wire.settle()
        #expect(
            wire.serverEar.events == [
                .ready, .headers(1, .request, ends: false), .data(1, [1, 2, 3]), .end(1),
            ]
        )
        wire.server.respond(on: stream, .response, endsStream: false)
        wire.server.append([4], on: stream)
        wire.server.finish(stream, trailers: .trailers)
        try wire.settle()
        #expect(
            wire.clientEar.events == [
                .sent(1, 3), .ready, .headers(1, .response, ends: false), .data(1, [4]),
                .headers(1, .trailers, ends: true), .closed(1, .noError),
            ]
        )
        #expect(wire.serverEar.events.suffix(2) == [.sent(1, 1), .closed(1, .noError)])
    }

    @Test func `an answer before the request's end stops the client`() throws {
        let wire = try Wire()
        let stream = try wire.client.request(.request, endsStream: false)
        try wire.settle()
        wire.server.respond(on: stream, .response, endsStream: true)
        try wire.settle()
        #expect(
            wire.clientEar.events.suffix(2) == [
                .headers(1, .response, ends: true), .closed(1, .noError),
            ]
        )
    }

    @Test func `a body waits for the reader, and for it alone`() throws {
        let wire = try Wire()
        let slow = try wire.client.request(.request, endsStream: false)
        let quick = try wire.client.request(.request, endsStream: false)
        wire.client.append([UInt8](repeating: 1, count: 200_000), on: slow)
        try wire.settle()
        #expect(wire.serverEar.bodyCount(of: slow) == 64 * 1024)
        wire.client.append([UInt8](repeating: 2, count: 1000), on: quick)
        try wire.settle()
        #expect(wire.serverEar.bodyCount(of: quick) == 1000)
        while wire.serverEar.bodyCount(of: slow) < 200_000 {
            let before = wire.serverEar.bodyCount(of: slow)
            wire.server.consumed(64 * 1024, on: slow)
            try wire.settle()
            guard wire.serverEar.bodyCount(of: slow) > before else { break }
        }
        #expect(wire.serverEar.bodyCount(of: slow) == 200_000)
    }

    @Test func `trailers come through although the body is stuck`() throws {
        let wire = try Wire()
        let stream = try wire.client.request(.request, endsStream: true)
        try wire.settle()
        wire.server.respond(on: stream, .response, endsStream: false)
        wire.server.append([UInt8](repeating: 1, count: 200_000), on: stream)
        try wire.settle()
        wire.server.cutOff(stream, trailers: .trailers)
        try wire.settle()
        #expect(
            wire.clientEar.events.suffix(2) == [
                .headers(1, .trailers, ends: true), .closed(1, .noError),
            ]
        )
    }

    @Test func `a reset is heard with its code`() throws {
        let wire = try Wire()
        let stream = try wire.client.request(.request, endsStream: false)
        try wire.settle()
        wire.client.reset(stream, .cancel)
        try wire.settle()
        #expect(wire.serverEar.events.last == .closed(1, .cancel))
        #expect(wire.clientEar.events.last == .closed(1, .cancel))
    }

    @Test func `headers over the limit cost the stream alone`() throws {
        let wire = try Wire()
        var long = HeaderFields.request
        long.add("long", String(repeating: "x", count: 17_000))
        let stream = try wire.client.request(long, endsStream: true)
        try wire.settle()
        #expect(wire.serverEar.events.last == .tooManyHeaders(stream))
        _ = try wire.client.request(.request, endsStream: true)
        try wire.settle()
        #expect(wire.serverEar.events.last == .headers(3, .request, ends: true))
    }

    @Test func `a few bytes that stand for very many headers are not read to the end`() throws {
        let (server, ear) = (try HTTP2Session(.server, HTTP2Settings()), Ear())
        try Wire.feed(server, Self.preface + Self.bomb(on: 1), ear)
        _ = try Wire.output(of: server, ear)
        #expect(ear.events == [.ready, .closed(1, .enhanceYourCalm)])
        #expect(!server.isOver)
    }

    @Test func `too many headers again and again end the connection`() throws {
        let (server, ear) = (try HTTP2Session(.server, HTTP2Settings()), Ear())
        try Wire.feed(server, Self.preface, ear)
        // The SETTINGS were not free either: 19 times 50 of 999.
        for number in 0..<19 { try Wire.feed(server, Self.bomb(on: 2 * number + 1), ear) }
        let failure = #expect(throws: HTTP2Failure.self) {
            try Wire.feed(server, Self.bomb(on: 39), ear)
        }
        #expect(failure?.code == .enhanceYourCalm)
    }

    @Test func `a header block is known to be under way until it ends`() throws {
        let (server, ear) = (try HTTP2Session(.server, HTTP2Settings()), Ear())
        try Wire.feed(server, Self.preface, ear)
        #expect(server.headersSince == nil)
        try Wire.feed(server, [0, 0, 1, 1, 1, 0, 0, 0, 1, 0x83], ear, 7)
        try Wire.feed(server, [0, 0, 1, 9, 0, 0, 0, 0, 1], ear, 8)
        #expect(server.headersSince == 7)
        try Wire.feed(server, [0x87, 0, 0, 4, 9, 4, 0, 0, 0, 1, 0x84, 0x41, 1, 0x78], ear, 9)
        #expect(server.headersSince == nil)
        #expect(ear.events.count == 2)
        // One that HTTP/2 forbids has ended too.
        try Wire.feed(server, [0, 0, 1, 1, 5, 0, 0, 0, 3, 0x83], ear, 10)
        #expect(server.headersSince == nil)
    }

    private static let preface =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    /// A field of 3000 bytes that the table keeps, and 30 references to it (RFC 7541 section 6).
    private static func bomb(on stream: Int) -> [UInt8] {
        let field: [UInt8] =
            [0x40, 1, 0x61, 0x7f, 0xb9, 0x16] + Array(repeating: 0x78, count: 3000)
        let block = [0x83, 0x87, 0x84, 0x41, 1, 0x78] + field + Array(repeating: 0xbe, count: 30)
        let length = [UInt8(block.count >> 8), UInt8(block.count & 255)]
        return [0] + length + [1, 5, 0, 0, 0, UInt8(stream)] + block
    }

    @Test func `streams over the limit wait inside the client`() throws {
        var settings = HTTP2Settings()
        settings.concurrentStreams = 1
        let wire = try Wire(server: settings)
        try wire.settle()
        let first = try wire.client.request(.request, endsStream: true)
        let second = try wire.client.request(.request, endsStream: true)
        try wire.settle()
        #expect(wire.serverEar.events.last == .headers(first, .request, ends: true))
        wire.server.respond(on: first, .response, endsStream: true)
        try wire.settle()
        #expect(wire.serverEar.events.last == .headers(second, .request, ends: true))
    }

    @Test func `GOAWAY comes in two stages, and what was under way is served`() throws {
        let wire = try Wire()
        let first = try wire.client.request(.request, endsStream: true)
        try wire.settle()
        wire.server.announceGoAway()
        wire.server.ping()
        // Sent before the client has heard of it.
        let second = try wire.client.request(.request, endsStream: true)
        let underWay = try Wire.output(of: wire.client, wire.clientEar)
        try wire.settle()
        try Wire.feed(wire.server, underWay, wire.serverEar)
        #expect(wire.clientEar.events.contains(.goAway(.noError)))
        wire.server.goAway()
        for stream in [first, second] {
            wire.server.respond(on: stream, .response, endsStream: true)
        }
        try wire.settle()
        #expect(wire.clientEar.events.contains(.closed(second, .noError)))
        #expect(wire.server.isOver && wire.client.isOver)
    }

    @Test func `a request after GOAWAY is refused, not lost`() throws {
        let wire = try Wire()
        let running = try wire.client.request(.request, endsStream: true)
        try wire.settle()
        wire.server.goAway()
        try wire.settle()
        do {
            let late = try wire.client.request(.request, endsStream: false)
            try wire.settle()
            #expect(wire.clientEar.events.last == .closed(late, .refusedStream))
        } catch is HTTP2Failure {}
        wire.server.respond(on: running, .response, endsStream: true)
        try wire.settle()
        #expect(wire.clientEar.events.contains(.closed(running, .noError)))
    }

    @Test func `a ping is answered`() throws {
        let wire = try Wire()
        wire.client.ping()
        try wire.settle()
        #expect(wire.clientEar.events.contains(.pong))
    }

    @Test func `what is not HTTP/2 is refused`() throws {
        let server = try HTTP2Session(.server, HTTP2Settings())
        #expect(throws: HTTP2Failure.self) {
            try Wire.feed(server, Array("GET / HTTP/1.1\r\n\r\n".utf8), Ear())
        }
    }

    @Test func `any bytes after the preface leave the process alive`() throws {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let (server, ear) = (try HTTP2Session(.server, HTTP2Settings()), Ear())
            try Wire.feed(server, preface, ear)
            // Frames with a plausible head, so that the garbage reaches further than its length.
            for _ in 0..<10 {
                let payload = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: 0...255) }
                let head: [UInt8] = [
                    0, 0, UInt8(payload.count), UInt8.random(in: 0...10, using: &generator),
                    UInt8.random(in: 0...255, using: &generator), 0, 0, 0,
                    UInt8.random(in: 0...5, using: &generator),
                ]
                guard (try? Wire.feed(server, head + payload, ear)) != nil else { break }
            }
            _ = try? Wire.output(of: server, ear)
        }
    }
}

struct FrameTollTests {
    private let second: UInt64 = 1_000_000_000

    /// Feeds the server so many PINGs at a time, and returns what it says.
    private func flood(_ wire: Wire, _ count: Int, at now: UInt64) throws {
        for _ in 0..<count {
            wire.client.ping()
            if count % 50 == 0 { try wire.settle(at: now) }
        }
        try wire.settle(at: now)
    }

    @Test func `cheap frames over the allowance end the connection`() throws {
        var settings = HTTP2Settings()
        settings.cheapFrames.burst = 100
        settings.cheapFrames.perSecond = 10
        let wire = try Wire(server: settings)
        try flood(wire, 50, at: second)
        #expect(!wire.clientEar.events.contains(.goAway(.enhanceYourCalm)))
        // Ten seconds later the allowance is full again.
        try flood(wire, 90, at: 11 * second)
        #expect(!wire.clientEar.events.contains(.goAway(.enhanceYourCalm)))
        // The session refuses to read on; its owner says goodbye and closes.
        let failure = #expect(throws: HTTP2Failure.self) {
            try flood(wire, 50, at: 11 * second)
        }
        #expect(failure?.code == .enhanceYourCalm)
        wire.server.terminate(.enhanceYourCalm)
        try wire.server.send(telling: wire.serverEar) { frame in
            try wire.client.receive(frame, at: 11 * second, telling: wire.clientEar)
            return true
        }
        #expect(wire.clientEar.events.contains(.goAway(.enhanceYourCalm)))
        #expect(wire.server.isOver)
    }
}
