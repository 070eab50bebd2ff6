internal import GRPCCore
internal import Synchronization

/// One call: the meeting point of Swift tasks, on any thread, and the connection, on its loop.
///
/// A task never waits for the loop to read or write: it takes the lock, moves the part and, when the
/// loop has something new to do, wakes it once.
final class CallStream: Sendable {
    private struct State {
        var inbound: InboundParts
        var outbound: OutboundParts
        /// Whether the loop was woken and has not yet looked.
        var isLoopAwake = false
        /// Whether the server's answer is complete: nothing that happens later can spoil it.
        var isAnswered = false
        var cancellation: ServerContext.RPCCancellationHandle?
        /// Whether the handler was only told that the server wants to stop.
        var isAskedToStop = false
    }

    let connection: ConnectionHandle
    /// `/service/method`.
    let path: String
    /// How large a message may arrive on this call; nil leaves it to the connection.
    let messageBytes: Int?
    private let state: Mutex<State>

    init(
        _ connection: ConnectionHandle,
        path: String,
        limits: TransportLimits,
        messageBytes: Int? = nil
    ) {
        self.connection = connection
        self.path = path
        self.messageBytes = messageBytes
        state = Mutex(
            State(
                inbound: InboundParts(highWater: limits.unreadBytesPerCall),
                outbound: OutboundParts(highWater: limits.unsentBytesPerCall)
            )
        )
    }

    /// Why nothing can be written any more.
    var closed: RPCError? { state.withLock { $0.outbound.closed } }

    /// Whether the handler was only told that the server wants to stop.
    var isAskedToStop: Bool { state.withLock { $0.isAskedToStop } }
}

// MARK: The tasks' side

extension CallStream {
    /// The next part that the peer sent; nil at the end.
    ///
    /// - Throws: Why the call failed, or `CancellationError` if the reading task was cancelled.
    func next() async throws -> CallPart? {
        switch try read() {
        case .part(let part, let credit):
            if credit { connection.wake(self) }
            return part
        case .finished: return nil
        case .nothingYet: return try await wait()
        }
    }

    private func read() throws -> InboundParts.Reading {
        try state.withLock { try $0.inbound.read() }
    }

    private func wait() async throws -> CallPart? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { reader in
                state.withLock { Self.wait(reader, &$0.inbound) }
            }
        } onCancel: {
            state.withLock { $0.inbound.stopWaiting() }
        }
    }

    private static func wait(_ reader: InboundParts.Reader, _ inbound: inout InboundParts) {
        do {
            if Task.isCancelled { throw CancellationError() }
            switch try inbound.read() {
            case .part(let part, _): reader.resume(returning: part)
            case .finished: reader.resume(returning: nil)
            case .nothingYet:
                guard !inbound.wait(reader) else { return }
                throw RPCError(code: .internalError, message: "Two tasks read one call's stream.")
            }
        } catch {
            reader.resume(throwing: error)
        }
    }

    /// Sends a part, after waiting while too much waits already.
    ///
    /// - Throws: Why the call failed, or `CancellationError` if the writing task was cancelled.
    func write(_ part: CallPart) async throws {
        var bytes = 0
        if case .message(let message) = part {
            bytes = message.count + 5
            try await connection.budget.admit(bytes, of: self)
        }
        do {
            try append(part, bytes: bytes)
        } catch {
            connection.budget.release(bytes)
            throw error
        }
        if bytes > 0 { try await drain() }
    }

    private func append(_ part: CallPart, bytes: Int) throws(RPCError) {
        let wakes = try state.withLock { state throws(RPCError) in
            try state.outbound.append(part, bytes: bytes)
            defer { state.isLoopAwake = true }
            return !state.isLoopAwake
        }
        if wakes { connection.wake(self) }
    }

    private func drain() async throws {
        let id = state.withLock { state -> UInt64? in
            state.outbound.isFull ? state.outbound.nextWriterID() : nil
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (writer: OutboundParts.Writer) in
                state.withLock { state in
                    if Task.isCancelled {
                        writer.resume(throwing: CancellationError())
                    } else if state.outbound.isFull {
                        state.outbound.wait(writer, id: id)
                    } else {
                        writer.resume()
                    }
                }
            }
        } onCancel: {
            state.withLock { $0.outbound.stopWaiting(id: id) }
        }
    }

    /// The client's last word.
    func finish() {
        let wakes = state.withLock { state in
            state.outbound.finish()
            guard state.outbound.closed == nil else { return false }
            defer { state.isLoopAwake = true }
            return !state.isLoopAwake
        }
        if wakes { connection.wake(self) }
    }

    /// The client's task needs the call no more.
    func cancel(_ error: RPCError) {
        if close(error) { connection.reset(self) }
    }
}

// MARK: The loop's side

extension CallStream {
    /// What the loop has to do for the stream.
    struct Work {
        var parts: [CallPart]
        var isFinished: Bool
        /// Bytes of window to give back.
        var credit: Int
    }

    func takeWork() -> Work {
        state.withLock { state in
            state.isLoopAwake = false
            return Work(
                parts: state.outbound.take(),
                isFinished: state.outbound.isFinished,
                credit: state.inbound.takeCredit()
            )
        }
    }

    func deliver(_ part: CallPart) {
        state.withLock { state in
            state.inbound.deliver(part)
            guard case .status = part else { return }
            state.isAnswered = true
            state.inbound.finish()
        }
    }

    func finishInbound() {
        state.withLock { $0.inbound.finish() }
    }

    func earnsCredit(_ count: Int) -> Bool {
        state.withLock { $0.inbound.earnsCredit(count) }
    }

    func sent(_ count: Int) {
        let counted = state.withLock { $0.outbound.sent(count) }
        if counted > 0 { connection.budget.release(counted) }
    }

    /// Ends the call, in both directions. Without an error it ended as it should.
    ///
    /// - Returns: False if it had ended before.
    @discardableResult
    func close(_ error: RPCError?) -> Bool {
        let reason = error ?? RPCError(code: .unavailable, message: "The call is over.")
        let (unsent, handle): (Int?, ServerContext.RPCCancellationHandle?) = state.withLock {
            state in
            guard state.outbound.closed == nil else { return (nil, nil) }
            let unsent = state.outbound.close(reason)
            if let error, !state.isAnswered {
                state.inbound.fail(error)
            } else {
                state.inbound.finish()
            }
            return (unsent, error == nil ? nil : state.cancellation)
        }
        guard let unsent else { return false }
        connection.budget.release(unsent)
        connection.budget.abandon(self, reason)
        handle?.cancel()
        return true
    }
}

// MARK: The server's handler

extension CallStream {
    /// Sets how the handler is told that its call is over.
    func attach(_ handle: ServerContext.RPCCancellationHandle) {
        let isOver = state.withLock { state in
            state.cancellation = handle
            return state.outbound.closed != nil || state.isAskedToStop
        }
        if isOver { handle.cancel() }
    }

    /// Tells the handler that the server wants to stop. The call itself goes on.
    func askToStop() {
        let handle = state.withLock { state in
            state.isAskedToStop = true
            return state.cancellation
        }
        handle?.cancel()
    }
}
