internal import GRPCCore
internal import Synchronization

/// The bound on the bytes of all calls of one connection that have not left it. A message is only
/// taken while the bound is not reached; further writers wait in line.
final class SendBudget: Sendable {
    private struct Waiter {
        let id: UInt64
        let call: ObjectIdentifier
        let bytes: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var limit = Int.max
        var used = 0
        var line: [Waiter] = []
        var nextID: UInt64 = 0

        /// Takes those out of the line for whom there is room now.
        mutating func admitNext() -> [Waiter] {
            var admitted = 0
            while admitted < line.count, used < limit {
                used += line[admitted].bytes
                admitted += 1
            }
            defer { line.removeFirst(admitted) }
            return Array(line.prefix(admitted))
        }
    }

    private let state = Mutex(State())

    /// Sets the bound, once it is known who the peer is. Until then there is none.
    func bound(to limit: Int) {
        state.withLock { $0.limit = limit }
    }

    /// Whether all has left.
    var isUnused: Bool { state.withLock { $0.used == 0 } }

    /// Takes `bytes` of the budget, after waiting for room if there is none.
    ///
    /// - Parameters:
    ///   - bytes: To be given back with `release` when they have left or are dropped.
    ///   - call: Whose they are.
    /// - Throws: The reason why the call was closed, or `CancellationError`.
    func admit(_ bytes: Int, of call: CallStream) async throws {
        let id: UInt64? = state.withLock { state in
            if state.used < state.limit, state.line.isEmpty {
                state.used += bytes
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(
                    id: id,
                    call: ObjectIdentifier(call),
                    bytes: bytes,
                    continuation: continuation
                )
                enqueue(waiter, of: call)
            }
        } onCancel: {
            for waiter in remove(where: { $0.id == id }) {
                waiter.continuation.resume(throwing: CancellationError())
            }
        }
    }

    private func enqueue(_ waiter: Waiter, of call: CallStream) {
        let refusal: (any Error)? = state.withLock { state in
            if Task.isCancelled { return CancellationError() }
            if let closed = call.closed { return closed }
            state.line.append(waiter)
            return nil
        }
        if let refusal {
            waiter.continuation.resume(throwing: refusal)
        } else {
            release(0)
        }
    }

    /// Gives bytes back and lets the next writers go on.
    func release(_ bytes: Int) {
        let admitted = state.withLock { state in
            state.used -= bytes
            return state.admitNext()
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    /// Sends away the writers of a call that was closed.
    func abandon(_ call: CallStream, _ error: any Error) {
        let call = ObjectIdentifier(call)
        for waiter in remove(where: { $0.call == call }) {
            waiter.continuation.resume(throwing: error)
        }
        release(0)
    }

    private func remove(where isMeant: (Waiter) -> Bool) -> [Waiter] {
        state.withLock { state in
            let removed = state.line.filter(isMeant)
            state.line.removeAll(where: isMeant)
            return removed
        }
    }
}
