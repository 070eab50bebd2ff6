internal import CNGHTTP2

/// Why a stream or connection was ended (RFC 9113 section 7).
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt32

    /// Any number: peers may send ones that nobody has defined.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Nothing is wrong.
    public static let noError = HTTP2ErrorCode(rawValue: 0)
    /// The peer broke the protocol.
    public static let protocolError = HTTP2ErrorCode(rawValue: 1)
    /// We failed.
    public static let internalError = HTTP2ErrorCode(rawValue: 2)
    /// More bytes came than the window allowed.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 3)
    /// Settings were not acknowledged in time.
    public static let settingsTimeout = HTTP2ErrorCode(rawValue: 4)
    /// A frame came for a stream that was over.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 5)
    /// A frame had an impossible size.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
    /// The stream was not processed at all: it may be tried again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 7)
    /// The stream is no longer needed.
    public static let cancel = HTTP2ErrorCode(rawValue: 8)
    /// The header compression's state is lost.
    public static let compressionError = HTTP2ErrorCode(rawValue: 9)
    /// A connection made for a CONNECT request failed.
    public static let connectError = HTTP2ErrorCode(rawValue: 10)
    /// The peer makes work out of proportion.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
    /// The transport below is not safe enough.
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 12)

    /// The name in RFC 9113, or the number.
    public var description: String {
        String(cString: nghttp2_http2_strerror(rawValue))
            .replacing("unknown", with: "code \(rawValue)")
    }
}

/// Why a session cannot go on, in words for a person.
public struct HTTP2Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let message: String
    /// What the peer is to be told.
    public let code: HTTP2ErrorCode

    /// A failure that somebody above HTTP/2 finds.
    ///
    /// - Parameters:
    ///   - message: One sentence without a full stop.
    ///   - code: What the peer is to be told.
    public init(message: String, code: HTTP2ErrorCode) {
        self.message = message
        self.code = code
    }

    /// The message.
    public var description: String { message }
}

extension HTTP2Failure {
    /// Puts nghttp2's words behind what was being done.
    init(_ what: String, _ number: Int) {
        code =
            switch nghttp2_error(rawValue: Int32(truncatingIfNeeded: number)) {
            case NGHTTP2_ERR_FLOODED: .enhanceYourCalm
            case NGHTTP2_ERR_NOMEM, NGHTTP2_ERR_CALLBACK_FAILURE: .internalError
            default: .protocolError
            }
        message = "\(what): \(String(cString: nghttp2_strerror(Int32(truncatingIfNeeded: number))))"
    }
}
