internal import GRPCCore

/// Cuts messages out of a stream's bytes: each has a flag byte and its length in four bytes before it
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
struct MessageDeframer {
    /// Whether the peer has said that it may compress messages.
    var acceptsCompressed = false
    private let limit: Int
    private var prefix: [UInt8] = []
    private var message: [UInt8] = []
    private var missing: Int?
    private var isCompressed = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the bytes so far end between two messages.
    var isBetweenMessages: Bool { prefix.isEmpty && missing == nil }

    /// Takes in some bytes.
    ///
    /// - Parameters:
    ///   - bytes: The next part of the stream, cut anywhere.
    ///   - deliver: Called with every message that is complete.
    /// - Throws: RESOURCE_EXHAUSTED for a message over the limit, before its bytes are kept; INTERNAL
    ///   for one that is compressed although the peer has not said so.
    mutating func take(
        _ bytes: UnsafeRawBufferPointer,
        deliver: (CallPart) -> Void
    ) throws(RPCError) {
        var rest = bytes
        while !rest.isEmpty {
            guard let missing = try length(from: &rest) else { return }
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(missing))
            message.append(contentsOf: part)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            if part.count == missing {
                deliver(isCompressed ? .compressed(message) : .message(message))
                message = []
                self.missing = nil
            } else {
                self.missing = missing - part.count
            }
        }
    }

    /// How many bytes of the present message are still to come, after reading its prefix if that is
    /// complete.
    private mutating func length(from rest: inout UnsafeRawBufferPointer) throws(RPCError) -> Int? {
        if let missing { return missing }
        let part = rest.prefix(5 - prefix.count)
        prefix.append(contentsOf: part)
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        guard prefix.count == 5 else { return nil }
        let flag = prefix.first ?? 0
        let length = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        prefix.removeAll(keepingCapacity: true)
        isCompressed = flag == 1
        guard flag == 0 || isCompressed && acceptsCompressed else {
            throw RPCError(
                code: .internalError,
                message: "A message is compressed, which was not agreed on."
            )
        }
        if length > limit {
            throw RPCError(
                code: .resourceExhausted,
                message: "A message of \(length) bytes is over the limit of \(limit) bytes."
            )
        }
        message.reserveCapacity(min(length, 64 * 1024))
        if length == 0 { missing = 0 }
        return length
    }

    /// The prefix of a message.
    static func prefix(forMessageOf length: Int, isCompressed: Bool = false) -> [UInt8] {
        let length = UInt32(clamping: length)
        return [isCompressed ? 1 : 0]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    }
}
