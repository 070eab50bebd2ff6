import Plan
import RolloutEngine
import Synchronization

/// Those who follow a running rollout. What is kept reaches each of them in order; one who reads
/// too slowly loses the live stream and goes on from the journal.
final class RolloutWatchers: Sendable {
    /// Something to tell.
    enum News: Sendable {
        /// A record that is durable.
        case record(Int64, JournalRecord)
        /// A line of a running step.
        case line(StepID, String)
    }

    private struct State {
        var watchers: [String: [UInt64: AsyncStream<News>.Continuation]] = [:]
        var lastNumber: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private static let longestQueue = 1024

    /// What happens in a rollout from now on. The stream ends with the rollout, or where its reader
    /// is too far behind. Nothing where the coordinator is about to stop.
    func follow(_ rollout: String) -> AsyncStream<News>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: News.self,
            bufferingPolicy: .bufferingOldest(Self.longestQueue)
        )
        let number = state.withLock { state -> UInt64? in
            guard !state.isClosed else { return nil }
            state.lastNumber += 1
            state.watchers[rollout, default: [:]][state.lastNumber] = continuation
            return state.lastNumber
        }
        guard let number else { return nil }
        continuation.onTermination = { [weak self] _ in self?.leave(rollout, number) }
        return stream
    }

    /// Tells all who follow the rollout.
    func publish(_ news: News, of rollout: String) {
        let all = state.withLock { Array(($0.watchers[rollout] ?? [:]).values) }
        for watcher in all {
            guard case .dropped = watcher.yield(news), case .record = news else { continue }
            watcher.finish()
        }
    }

    /// Ends the streams of all who follow the rollout.
    func finish(_ rollout: String) {
        let all = state.withLock { $0.watchers.removeValue(forKey: rollout) } ?? [:]
        for watcher in all.values { watcher.finish() }
    }

    /// Ends all streams, and begins no more.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            defer { state.watchers = [:] }
            return state.watchers.values.flatMap(\.values)
        }
        for watcher in all { watcher.finish() }
    }

    private func leave(_ rollout: String, _ number: UInt64) {
        state.withLock { state in
            state.watchers[rollout]?[number] = nil
            if state.watchers[rollout]?.isEmpty == true { state.watchers[rollout] = nil }
        }
    }
}
