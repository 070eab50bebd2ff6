import Synchronization

/// Something that happens once, and can be waited for.
final class Signal: Sendable {
    private struct State {
        var isGiven = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Whether it has happened.
    var isGiven: Bool { state.withLock { $0.isGiven } }

    /// It happens; a second time changes nothing.
    func give() {
        let waiting = state.withLock { state in
            state.isGiven = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Returns once it has happened, or the task is cancelled.
    func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.isGiven { continuation.finish() } else { state.waiting.append(continuation) }
        }
        for await _ in stream {}
    }
}
