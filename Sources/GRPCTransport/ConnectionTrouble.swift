internal import GRPCCore
internal import Glibc
internal import HTTP2Session
internal import NIOCore
internal import NIOPosix
internal import TLSSession

/// Why there is no connection, in words for a person.
enum ConnectionTrouble {
    static func words(for error: any Error) -> String {
        switch error {
        case let error as RPCError: error.message
        case let error as TLSFailure: error.message
        case let error as HTTP2Failure: error.message
        case let error as IOError: words(forErrno: error)
        case let error as NIOConnectionError: words(for: error)
        case ChannelError.connectTimeout: "no answer in time"
        case is CancellationError: "cancelled"
        default: "\(error)"
        }
    }

    private static func words(for error: NIOConnectionError) -> String {
        let failures = error.connectionErrors
        guard let first = failures.first else { return "the name \(error.host) was not found" }
        guard failures.count > 1 else { return words(for: first.error) }
        return failures.prefix(4).map { failure in
            "\(failure.target.literal ?? "an address"): \(words(for: failure.error))"
        }.joined(separator: ", ")
    }

    private static func words(forErrno error: IOError) -> String {
        String(cString: strerror(error.errnoCode)).lowercased()
    }
}
