internal import GRPCCore
internal import Synchronization

/// Whether a client has a connection, and the calls that want one.
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

    /// Waits for a connection, and counts a call on it until `endCall()`.
    ///
    /// - Parameter waitForReady: Whether to wait even while the server cannot be reached.
    /// - Throws: UNAVAILABLE with the reason, FAILED_PRECONDITION at shutdown, or
    ///   `CancellationError`.
    func beginCall(waitForReady: Bool) async throws -> ConnectionHandle {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(waitsForReady: waitForReady, continuation: continuation)
                state.withLock { Self.admit(waiter, id, &$0) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private static func admit(_ waiter: Waiter, _ id: UInt64, _ state: inout State) {
        if Task.isCancelled {
            waiter.continuation.resume(throwing: CancellationError())
            return
        }
        switch state.condition {
        case .ready(let connection):
            state.calls += 1
            waiter.continuation.resume(returning: connection)
        case .down(let reason) where !waiter.waitsForReady:
            waiter.continuation.resume(throwing: reason)
        case .down, .trying: state.waiters[id] = waiter
        case .closing: waiter.continuation.resume(throwing: closing)
        }
    }

    /// A call that had begun is over.
    func endCall() {
        let idle = state.withLock { state -> Idle? in
            state.calls -= 1
            guard state.calls == 0, case .closing = state.condition else { return nil }
            defer { state.idle = nil }
            return state.idle
        }
        idle?.resume()
    }

    /// There is a connection.
    func becameReady(_ connection: ConnectionHandle) {
        state.withLock { state in
            if case .closing = state.condition { return }
            state.condition = .ready(connection)
            for waiter in state.takeWaiters(where: { _ in true }) {
                state.calls += 1
                waiter.continuation.resume(returning: connection)
            }
        }
    }

    /// There is no connection any more, and another is being tried.
    func lost() {
        state.withLock { state in
            if case .ready = state.condition { state.condition = .trying }
        }
    }

    /// There is no connection, for this reason.
    func wentDown(_ reason: RPCError) {
        state.withLock { state in
            if case .closing = state.condition { return }
            state.condition = .down(reason)
            for waiter in state.takeWaiters(where: { !$0.waitsForReady }) {
                waiter.continuation.resume(throwing: reason)
            }
        }
    }

    /// No more calls begin.
    func close() {
        let idle = state.withLock { state -> Idle? in
            state.condition = .closing
            for waiter in state.takeWaiters(where: { _ in true }) {
                waiter.continuation.resume(throwing: Self.closing)
            }
            guard state.calls == 0 else { return nil }
            defer { state.idle = nil }
            return state.idle
        }
        idle?.resume()
    }

    /// Waits until `close()` was called and every call is over.
    ///
    /// - Throws: `CancellationError`.
    func closedAndIdle() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Idle) in
                state.withLock { state in
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else if state.calls == 0, case .closing = state.condition {
                        continuation.resume()
                    } else {
                        state.idle = continuation
                    }
                }
            }
        } onCancel: {
            let idle = state.withLock { state in
                defer { state.idle = nil }
                return state.idle
            }
            idle?.resume(throwing: CancellationError())
        }
    }
}
