import Protocol
import Synchronization

/// What waits to be written to one session. Everything but output lines is kept: there are never
/// more of those than executions. Output lines beyond the limit are dropped, so that a link that is
/// slower than a step costs neither memory nor the step's time.
final class Outbox: Sendable {
    /// The most output lines that wait.
    static let outputLimit = 256

    private struct State {
        var messages: [WireAgentMessage] = []
        var outputs = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let signal: AsyncStream<Void>.Continuation
    private let signals: AsyncStream<Void>

    init() {
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Queues a message, unless the session is over or the line one too many.
    func send(_ message: WireAgentMessage) {
        let isQueued = state.withLock { state in
            guard !state.isFinished else { return false }
            if case .output? = message.message {
                guard state.outputs < Self.outputLimit else { return false }
                state.outputs += 1
            }
            state.messages.append(message)
            return true
        }
        if isQueued { signal.yield() }
    }

    /// Ends `drain` once what is queued has been written.
    func finish() {
        state.withLock { $0.isFinished = true }
        signal.finish()
    }

    /// Hands over every message in order until `finish`. For one reader.
    func drain(into write: (WireAgentMessage) async throws -> Void) async throws {
        for await _ in signals { try await writeAll(write) }
        try await writeAll(write)
    }

    private func writeAll(_ write: (WireAgentMessage) async throws -> Void) async throws {
        while true {
            let batch = state.withLock { state in
                defer {
                    state.messages = []
                    state.outputs = 0
                }
                return state.messages
            }
            if batch.isEmpty { return }
            for message in batch { try await write(message) }
        }
    }
}
