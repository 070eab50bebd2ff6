import GRPCCore
import NIOConcurrencyHelpers

/// Something that happens once, and tasks that wait for it, until they are cancelled.
final class Gate: Sendable {
    private struct State: Sendable {
        var isOpen = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextID: UInt64 = 0
    }

    private let state = NIOLockedValueBox(State())

    var isOpen: Bool { state.withLockedValue { $0.isOpen } }

    func open() {
        let waiters = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    func wait() async {
        let id = state.withLockedValue { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLockedValue { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLockedValue { $0.waiters.removeValue(forKey: id) }
            waiter?.resume()
        }
    }
}

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let state: NIOLockedValueBox<Value>

    init(_ value: Value) {
        state = NIOLockedValueBox(value)
    }

    var value: Value {
        get { state.withLockedValue { $0 } }
        set { state.withLockedValue { $0 = newValue } }
    }

    func update<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        state.withLockedValue { value in
            var copy = value
            let result = body(&copy)
            value = copy
            return result
        }
    }
}

/// Waits, in small steps, until a condition holds that nothing announces; false after `limit`.
func eventually(
    within limit: Duration = .seconds(10),
    _ condition: () async -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return await condition()
}

/// The error that `body` throws as gRPC's, or nil.
func rpcError(_ body: () async throws -> Void) async -> RPCError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RPCError
    }
}
