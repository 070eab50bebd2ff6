internal import Gzip

/// How messages of a call are compressed (gRPC over HTTP/2, "Message-Encoding"). Each may still come as it
/// is.
enum MessageEncoding: String {
    case identity
    case gzip

    /// What a side understands, as `grpc-accept-encoding` lists it.
    static func accepted(gzip: Bool) -> String { gzip ? "identity,gzip" : "identity" }

    /// Whether a `grpc-accept-encoding` lists this one.
    func isAccepted(by list: String?) -> Bool {
        let words = (list ?? "").split(separator: ",")
        return words.contains { $0.drop { $0 == " " }.prefix { $0 != " " } == rawValue }
    }

    /// Shorter messages are not worth zlib's time.
    private static let worthwhile = 1024

    /// A message as it goes out: compressed where that makes it shorter.
    func part(_ message: [UInt8]) -> CallPart {
        guard self == .gzip, message.count >= Self.worthwhile,
            let compressed = Gzip.compress(message), compressed.count < message.count
        else { return .message(message) }
        return .compressed(compressed)
    }
}
