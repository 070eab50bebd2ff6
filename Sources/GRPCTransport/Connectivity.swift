internal import GRPCCore

/// Whether a client has a connection, and the calls that want one.
///
/// Continuations are resumed outside of the lock, because their tasks' cancellation takes the same one.
final class Connectivity: Sendable {
    /// How things stand.
    private enum Condition {
        /// It is being tried, and nothing is known yet: calls wait.
        case trying
        /// Calls begin.
        case ready(ConnectionHandle)
        /// The last attempt failed: calls fail too, unless they want to wait.
        case down(RPCError)
        /// The client is shutting down: calls end, and none begin.
        case closing
    }

    private struct Waiter {
        let waitsForReady: Bool
        let continuation: CheckedContinuation<ConnectionHandle, any Error>
    }

    private typealias Idle = CheckedContinuation<Void, any Error>

    private struct State {
        var condition = Condition.trying
        var waiters: [UInt64: Waiter] = [:]
        var nextID: UInt64 = 0
        var calls = 0
        var idle: Idle?

        /// Keeps a call that must wait; or says what it gets at once.
        mutating func admit(
            _ waiter: Waiter,
            _ id: UInt64
        ) -> Result<ConnectionHandle, any Error>? {
            if Task.isCancelled { return .failure(Connectivity.cancelled) }
            switch condition {
            case .ready(let connection):
                calls += 1
                return .success(connection)
            case .down(let reason) where !waiter.waitsForReady: return .failure(reason)
            case .closing: return .failure(Connectivity.closing)
            case .down, .trying:
                waiters[id] = waiter
                return nil
            }
        }

        mutating func takeIdle() -> Idle? {
            defer { idle = nil }
            return idle
        }

        mutating func takeWaiters(where isMeant: (Waiter) -> Bool) -> [Waiter] {
            let taken = waiters.filter { isMeant($0.value) }
            for id in taken.keys { waiters[id] = nil }
            return Array(taken.values)
        }
    }

    private let state = Mutex(State())

    private static let closing = RPCError(
        code: .failedPrecondition,
        message: "The client is shutting down."
    )

    private static let cancelled = RPCError(
        code: .cancelled,
        message: "The call was cancelled before it began."
    )

    /// Waits for a connection, and counts a call on it until `endCall()`.
    ///
    /// - Parameter waitForReady: Whether to wait even while the server cannot be reached.
    /// - Throws: UNAVAILABLE with the reason, FAILED_PRECONDITION at shutdown, or
    ///   CANCELLED.
    /// - Returns: A connection that was ready a moment ago.
    func beginCall(waitForReady: Bool) async throws -> ConnectionHandle {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(waitsForReady: waitForReady, continuation: continuation)
                let result = state.withLock { $0.admit(waiter, id) }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: Self.cancelled)
        }
    }

    /// A call that had begun is over.
    func endCall() {
        let idle = state.withLock { state -> Idle? in
            state.calls -= 1
            guard state.calls == 0, case .closing = state.condition else { return nil }
            return state.takeIdle()
        }
        idle?.resume()
    }

    /// There is a connection.
    func becameReady(_ connection: ConnectionHandle) {
        let waiters = state.withLock { state -> [Waiter] in
            if case .closing = state.condition { return [] }
            state.condition = .ready(connection)
            let waiters = state.takeWaiters { _ in true }
            state.calls += waiters.count
            return waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: connection) }
    }

    /// There is no connection any more, and another is being tried.
    func lost() {
        state.withLock { state in
            if case .ready = state.condition { state.condition = .trying }
        }
    }

    /// There is no connection, for this reason.
    func wentDown(_ reason: RPCError) {
        let waiters = state.withLock { state -> [Waiter] in
            if case .closing = state.condition { return [] }
            state.condition = .down(reason)
            return state.takeWaiters { !$0.waitsForReady }
        }
        for waiter in waiters { waiter.continuation.resume(throwing: reason) }
    }

    /// No more calls begin.
    func close() {
        let (waiters, idle) = state.withLock { state -> ([Waiter], Idle?) in
            state.condition = .closing
            return (state.takeWaiters { _ in true }, state.calls == 0 ? state.takeIdle() : nil)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closing) }
        idle?.resume()
    }

    /// Waits until `close()` was called and every call is over.
    ///
    /// - Throws: `CancellationError`.
    func closedAndIdle() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Idle) in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.calls == 0, case .closing = state.condition { return .success(()) }
                    state.idle = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let idle = state.withLock { $0.takeIdle() }
            idle?.resume(throwing: CancellationError())
        }
    }
}
