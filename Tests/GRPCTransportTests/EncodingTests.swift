import GRPCCore
import HTTP2Session
import Testing

@testable import GRPCTransport

struct EncodingTests {
    @Test(arguments: [
        ("5S", Duration.seconds(5)), ("100m", .milliseconds(100)), ("7u", .microseconds(7)),
        ("99999999n", .nanoseconds(99_999_999)), ("2M", .seconds(120)), ("1H", .seconds(3600)),
        ("0m", .zero), ("99999999H", CallTimeout.longest),
    ])
    func `a timeout is read`(text: String, timeout: Duration) {
        #expect(CallTimeout.decode(text) == timeout)
    }

    @Test(arguments: ["", "5", "S", "-5S", "+5S", "5s", "123456789S", "5 S", "５S", "1.5S"])
    func `what is no timeout is refused`(text: String) {
        #expect(CallTimeout.decode(text) == nil)
    }

    @Test(arguments: ["", "plain", "100 %", "näh\n", "%", "%4", "%zz", "日本語"])
    func `any text comes back out of percent encoding`(text: String) {
        let encoded = PercentEncoding.encode(text)
        #expect(encoded.utf8.allSatisfy { (0x20...0x7e).contains($0) })
        #expect(PercentEncoding.decode(encoded) == text)
    }

    @Test func `percent signs that begin nothing stand for themselves`() {
        #expect(PercentEncoding.decode("50% off %2") == "50% off %2")
        #expect(PercentEncoding.decode("%e6%97%a5") == "日")
        #expect(PercentEncoding.decode("%ff") == "\u{fffd}")
    }

    @Test(arguments: ["a", "%", "é", "日", "👩‍👩‍👧"])
    func `a long message is cut between characters, by its encoded size`(character: String) throws {
        let text = String(repeating: character, count: 5000)
        let trailers = CallHeaders.trailers(Status(code: .unknown, message: text), [:])
        let message = try #require(trailers["grpc-message"])
        #expect((4000...4096).contains(message.utf8.count))
        let decoded = PercentEncoding.decode(message)
        #expect(decoded == String(repeating: character, count: decoded.count))
    }

    @Test func `empty binary values are values`() {
        var fields = HeaderFields()
        fields.add("none-bin", "")
        fields.add("some-bin", "AA,, AQ==")
        let metadata = MetadataFields.read(fields)
        #expect(Array(metadata[binaryValues: "none-bin"]) == [[]])
        #expect(Array(metadata[binaryValues: "some-bin"]) == [[0], [], [1]])
    }

    @Test(arguments: [("", []), ("AA==", [0]), ("AA", [0]), ("//79", [255, 254, 253])])
    func `base64 is read with and without padding`(text: String, bytes: [UInt8]) {
        #expect(BinaryValue.decode(text[...]) == bytes)
    }

    @Test(arguments: ["A", "A=", "*", "AA-_", "é"])
    func `what is no base64 is refused`(text: String) {
        #expect(BinaryValue.decode(text[...]) == nil)
    }

    @Test func `messages are found however the bytes are cut`() throws {
        let messages: [[UInt8]] = [[], [1], Array(repeating: 2, count: 300), [], [3, 4]]
        let bytes = messages.flatMap { MessageDeframer.prefix(forMessageOf: $0.count) + $0 }
        for size in [1, 2, 3, 7, 64, bytes.count] {
            var deframer = MessageDeframer(limit: 300)
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                let part = Array(bytes[start..<min(start + size, bytes.count)])
                try part.withUnsafeBytes { part in
                    try deframer.take(part) { found.append($0.payload ?? []) }
                }
            }
            #expect(found == messages)
            #expect(deframer.isBetweenMessages)
        }
    }

    @Test func `a message over the limit is refused by its prefix`() {
        var deframer = MessageDeframer(limit: 10)
        let prefix: [UInt8] = [0, 255, 255, 255, 255]
        let error = #expect(throws: RPCError.self) {
            try prefix.withUnsafeBytes { prefix in
                try deframer.take(prefix) { _ in }
            }
        }
        #expect(error?.code == .resourceExhausted)
    }

    @Test func `resets and HTTP's statuses have their meaning in gRPC`() {
        let resets: [(HTTP2ErrorCode, RPCError.Code)] = [
            (.noError, .internalError), (.protocolError, .internalError),
            (.refusedStream, .unavailable), (.cancel, .cancelled),
            (.enhanceYourCalm, .resourceExhausted), (.inadequateSecurity, .permissionDenied),
            (HTTP2ErrorCode(rawValue: 999), .internalError),
        ]
        for (code, meaning) in resets {
            #expect(StatusMapping.error(forReset: code).code == meaning)
        }
        #expect(StatusMapping.error(forReset: .cancel, isLate: true).code == .deadlineExceeded)
        #expect(StatusMapping.error(forReset: .refusedStream, isLate: true).code == .unavailable)
        let statuses: [(String?, Status.Code)] = [
            ("400", .internalError), ("401", .unauthenticated), ("403", .permissionDenied),
            ("404", .unimplemented), ("429", .unavailable), ("502", .unavailable),
            ("503", .unavailable), ("504", .unavailable), ("500", .unknown), ("200", .unknown),
            (nil, .internalError), ("abc", .internalError),
        ]
        for (status, meaning) in statuses {
            #expect(StatusMapping.status(forHTTP: status, contentType: "text/html").code == meaning)
        }
    }
}
