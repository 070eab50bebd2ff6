internal import GRPCCore
internal import HTTP2Session

extension Status {
    /// What a peer is told of an error of ours.
    init(_ error: RPCError) {
        self.init(code: Code(error.code), message: error.message)
    }
}

/// What ends below gRPC mean in gRPC (gRPC over HTTP/2, "Errors").
enum StatusMapping {
    /// The error of a call whose stream the peer reset. A peer that cancels after the call's deadline,
    /// which makes the call late, has only found it out first.
    static func error(forReset code: HTTP2ErrorCode, isLate: Bool = false) -> RPCError {
        let message = "The peer ended the call (HTTP/2 \(code))."
        return switch code {
        case .refusedStream:
            RPCError(code: .unavailable, message: "The peer did not begin the call.")
        case .cancel where isLate: HandlerRun.deadlineExceeded
        case .cancel: RPCError(code: .cancelled, message: "The peer cancelled the call.")
        case .enhanceYourCalm:
            RPCError(
                code: .resourceExhausted,
                message: "The peer finds the call too large or too much."
            )
        case .inadequateSecurity: RPCError(code: .permissionDenied, message: message)
        default: RPCError(code: .internalError, message: message)
        }
    }

    /// The status of a response that is not gRPC's (doc/http-grpc-status-mapping.md).
    static func status(forHTTP text: String?, contentType: String?) -> Status {
        guard let text, let number = Int(text) else {
            return Status(code: .internalError, message: "The response has no HTTP status.")
        }
        if number == 200 {
            return Status(
                code: .unknown,
                message: "The response is not gRPC but \(contentType ?? "without content-type")."
            )
        }
        return Status(httpStatusCode: number)
    }
}
