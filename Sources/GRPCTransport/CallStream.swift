internal import GRPCCore
internal import Synchronization

/// One call: the meeting point of Swift tasks, on any thread, and the connection, on its loop.
///
/// A task never waits for the loop to read or write: it takes the lock, moves the part and, when the
/// loop has something new to do, wakes it once.
final class CallStream: Sendable {
    fileprivate struct State {
        var inbound: InboundParts
        var outbound: OutboundParts
        /// Received bytes that the account counts.
        var unread = 0
        /// What was inflated of the message that was read last; the account counts it too.
        var inflated = 0
        /// Whether the loop was woken and has not yet looked.
        var isLoopAwake = false
        /// Whether the server's answer is complete: nothing that happens later can spoil it.
        var isAnswered = false
        /// Whether the call has ended, or is just being ended.
        var isClosing = false
        var cancellation: ServerContext.RPCCancellationHandle?
        /// Whether the handler was only told that the server wants to stop.
        var isAskedToStop = false
    }

    let connection: ConnectionHandle
    /// Who pays for what the call holds.
    let account: PeerAccount
    /// `/service/method`.
    let path: String
    /// How our messages are compressed.
    let encoding: MessageEncoding
    /// How large a message may arrive on this call.
    let messageBytes: Int
    private let state: Mutex<State>

    init(
        _ connection: ConnectionHandle,
        path: String,
        limits: TransportLimits,
        encoding: MessageEncoding = .identity,
        messageBytes: Int? = nil,
        account: PeerAccount? = nil
    ) {
        self.connection = connection
        self.account = account ?? connection.account
        self.path = path
        self.encoding = encoding
        self.messageBytes = messageBytes ?? limits.messageBytes
        state = Mutex(
            State(
                inbound: InboundParts(highWater: limits.unreadBytesPerCall),
                outbound: OutboundParts(highWater: limits.unsentBytesPerCall)
            )
        )
    }

    /// Why nothing can be written any more.
    var closed: RPCError? { state.withLock { $0.outbound.closed } }

    /// Bytes of messages that have not left.
    var unsent: Int { state.withLock { $0.outbound.unsent } }

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
            return try inflated(part)
        case .finished: return nil
        case .nothingYet: return try inflated(await wait())
        }
    }

    private func read() throws -> InboundParts.Reading {
        try state.withLock { state in
            account.letGo(state.takeInflated())
            let reading = try state.inbound.read()
            if case .part(let part, _) = reading { account.letGo(state.countRead(part)) }
            return reading
        }
    }

    private func wait() async throws -> CallPart? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { reader in
                if let result = wait(reader) { reader.resume(with: result) }
            }
        } onCancel: {
            let reader = state.withLock { $0.inbound.takeReader() }
            reader?.resume(throwing: CancellationError())
        }
    }

    /// Keeps the reader until something arrives; or says what it gets at once.
    private func wait(_ reader: InboundParts.Reader) -> Result<CallPart?, any Error>? {
        state.withLock { state in
            do {
                if Task.isCancelled { throw CancellationError() }
                switch try state.inbound.read() {
                case .part(let part, _):
                    account.letGo(state.countRead(part))
                    return .success(part)
                case .finished: return .success(nil)
                case .nothingYet:
                    guard !state.inbound.wait(reader) else { return nil }
                    throw RPCError(
                        code: .internalError,
                        message: "Two tasks read one call's stream."
                    )
                }
            } catch {
                return .failure(error)
            }
        }
    }

    /// Sends a part, after waiting while too much waits already.
    ///
    /// - Throws: Why the call failed, or `CancellationError` if the writing task was cancelled.
    func write(_ part: CallPart) async throws {
        var bytes = 0
        if let message = part.payload {
            bytes = message.count + 5
            try await account.unsent.admit(bytes, of: self)
        }
        do {
            try append(part, bytes: bytes)
        } catch {
            account.unsent.release(bytes)
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
            try await withCheckedThrowingContinuation { writer in
                if let result = wait(writer, id) { writer.resume(with: result) }
            }
        } onCancel: {
            let writer = state.withLock { $0.outbound.takeWriter(id: id) }
            writer?.resume(throwing: CancellationError())
        }
    }

    /// Keeps the writer until there is room; or says what it gets at once.
    private func wait(_ writer: OutboundParts.Writer, _ id: UInt64) -> Result<Void, any Error>? {
        state.withLock { state in
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.outbound.isFull else { return .success(()) }
            state.outbound.wait(writer, id: id)
            return nil
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
        let (reader, closed) = state.withLock { state in
            let reader = state.inbound.deliver(part)
            if reader != nil { account.letGo(state.countRead(part)) }
            guard case .status = part else { return (reader, nil as InboundParts.Reader?) }
            state.isAnswered = true
            return (reader, state.inbound.finish())
        }
        reader?.resume(returning: part)
        closed?.resume(returning: nil)
    }

    func finishInbound() {
        let reader = state.withLock { $0.inbound.finish() }
        reader?.resume(returning: nil)
    }

    /// Has the account count bytes that came, until they are read. False if the peer holds too much.
    func keep(_ count: Int) -> Bool {
        keep(count) { $0.unread += count }
    }

    /// The same for bytes that are inflated for the reader, until it asks for the next part.
    func keepInflated(_ count: Int) -> Bool {
        keep(count) { $0.inflated += count }
    }

    private func keep(_ count: Int, noting note: (inout State) -> Void) -> Bool {
        guard account.keep(count) else { return false }
        let isCounted = state.withLock { state in
            guard state.outbound.closed == nil else { return false }
            note(&state)
            return true
        }
        if !isCounted { account.letGo(count) }
        return true
    }

    /// Whether the peer must wait until more is read.
    var holdsPeerBack: Bool { state.withLock { $0.inbound.holdsPeerBack } }

    func earnsCredit(_ count: Int) -> Bool {
        state.withLock { $0.inbound.earnsCredit(count) }
    }

    func sent(_ count: Int) {
        let (counted, writers) = state.withLock { $0.outbound.sent(count) }
        for writer in writers { writer.resume() }
        if counted > 0 { account.unsent.release(counted) }
    }

    /// Ends the call, in both directions. Without an error it ended as it should.
    ///
    /// The handler is told before its reads and writes fail, so that it cannot leave without hearing it.
    ///
    /// - Returns: False if it had ended before.
    @discardableResult
    func close(_ error: RPCError?) -> Bool {
        let handle = state.withLock { state -> ServerContext.RPCCancellationHandle?? in
            guard !state.isClosing else { return .none }
            state.isClosing = true
            return .some(state.cancellation)
        }
        guard let handle else { return false }
        if error != nil { handle?.cancel() }
        let reason = error ?? RPCError(code: .unavailable, message: "The call is over.")
        let closing = state.withLock { $0.close(error, reason) }
        if let error, closing.readerFails {
            closing.reader?.resume(throwing: error)
        } else {
            closing.reader?.resume(returning: nil)
        }
        for writer in closing.writers { writer.resume(throwing: reason) }
        account.unsent.release(closing.unsent)
        account.unsent.abandon(self, reason)
        account.letGo(closing.unread)
        return true
    }
}

extension CallStream.State {
    /// Whom to tell that the call is over, and what it leaves.
    struct Closing {
        var reader: InboundParts.Reader?
        var readerFails = false
        var writers: [OutboundParts.Writer]
        var unsent: Int
        var unread: Int
    }

    /// A part was read. Returns for how many bytes that is; a message has five before it.
    mutating func countRead(_ part: CallPart) -> Int {
        guard let bytes = part.payload else { return 0 }
        let count = min(unread, bytes.count + 5)
        unread -= count
        return count
    }

    /// For how many bytes the message counted that was read before.
    mutating func takeInflated() -> Int {
        defer { inflated = 0 }
        return inflated
    }

    mutating func close(_ error: RPCError?, _ reason: RPCError) -> Closing {
        let (unsent, writers) = outbound.close(reason)
        var closing = Closing(writers: writers, unsent: unsent, unread: unread + takeInflated())
        unread = 0
        if let error, !isAnswered {
            closing.readerFails = true
            closing.reader = inbound.fail(error)
        } else {
            closing.reader = inbound.finish()
        }
        return closing
    }
}

// MARK: The server's handler

extension CallStream {
    /// Sets how the handler is told that its call is over.
    func attach(_ handle: ServerContext.RPCCancellationHandle) {
        let isOver = state.withLock { state in
            state.cancellation = handle
            return state.isClosing || state.isAskedToStop
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
