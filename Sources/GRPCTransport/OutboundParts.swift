internal import GRPCCore

/// What was written on a stream and has not yet left, and the writers that wait for that.
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

    /// So many bytes have left. Returns how many of them were still counted.
    mutating func sent(_ count: Int) -> Int {
        let counted = min(count, unsent)
        unsent -= counted
        if unsent <= highWater / 4, !writers.isEmpty {
            for writer in writers.values { writer.resume() }
            writers = [:]
        }
        return counted
    }

    /// Nothing can be written any more. Returns how many bytes had not left.
    mutating func close(_ error: RPCError) -> Int {
        guard closed == nil else { return 0 }
        closed = error
        for writer in writers.values { writer.resume(throwing: error) }
        writers = [:]
        parts = []
        defer { unsent = 0 }
        return unsent
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

    mutating func stopWaiting(id: UInt64) {
        writers.removeValue(forKey: id)?.resume(throwing: CancellationError())
    }
}
