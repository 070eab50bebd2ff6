internal import GRPCCore

/// What was written on a stream and has not yet left, and the writers that wait for that.
///
/// It never resumes a writer itself but returns it: that must happen outside of the lock, because the
/// writer's cancellation takes the same one.
struct OutboundParts {
    typealias Writer = CheckedContinuation<Void, any Error>

    private let highWater: Int
    private var parts: [CallPart] = []
    private var writers: [UInt64: Writer] = [:]
    private var nextWriter: UInt64 = 0
    /// Bytes of messages that have not left.
    private(set) var unsent = 0
    private(set) var isFinished = false
    /// Set when nothing can be written any more, with the reason.
    private(set) var closed: RPCError?

    /// - Parameter highWater: How many unsent bytes there may be before writers wait.
    init(highWater: Int) {
        self.highWater = highWater
    }

    mutating func append(_ part: CallPart, bytes: Int) throws(RPCError) {
        if let closed { throw closed }
        if isFinished {
            throw RPCError(code: .internalError, message: "The stream was already finished.")
        }
        parts.append(part)
        unsent += bytes
        if case .status = part { isFinished = true }
    }

    mutating func finish() {
        isFinished = true
    }

    mutating func take() -> [CallPart] {
        defer { parts = [] }
        return parts
    }

    /// So many bytes have left. Returns how many of them were still counted, and the writers that may
    /// go on.
    mutating func sent(_ count: Int) -> (counted: Int, writers: [Writer]) {
        let counted = min(count, unsent)
        unsent -= counted
        return (counted, unsent <= highWater / 4 ? takeWriters() : [])
    }

    /// Nothing can be written any more. Returns how many bytes had not left, and the writers that shall
    /// get the error.
    mutating func close(_ error: RPCError) -> (unsent: Int, writers: [Writer]) {
        closed = error
        parts = []
        defer { unsent = 0 }
        return (unsent, takeWriters())
    }

    private mutating func takeWriters() -> [Writer] {
        defer { writers = [:] }
        return Array(writers.values)
    }

    /// Whether a writer must wait before it goes on.
    var isFull: Bool { unsent > highWater && closed == nil }

    mutating func nextWriterID() -> UInt64 {
        nextWriter += 1
        return nextWriter
    }

    mutating func wait(_ writer: Writer, id: UInt64) {
        writers[id] = writer
    }

    mutating func takeWriter(id: UInt64) -> Writer? {
        writers.removeValue(forKey: id)
    }
}
