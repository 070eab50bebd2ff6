import Conduct
import Protocol
import RolloutEngine

/// Tells one watcher a rollout from any event on: first what the journal holds, then what comes.
struct RolloutWatch: Sendable {
    /// The rollout's key.
    let rollout: String
    /// Where the journal is.
    let store: Store
    /// Where news come from.
    let watchers: RolloutWatchers
    /// The clock, milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// Tells all events after `number`, until the last, or until a failure has paused the rollout and
    /// nothing runs any more.
    func run(after number: Int64, tell: (WireRolloutEvent) async throws -> Void) async throws {
        var last = number
        while true {
            // Followed before the journal is read, so that nothing falls in between.
            guard let live = watchers.follow(rollout) else { throw ServiceFailure.stopping }
            var (narrative, records) = try await read()
            var told = Int64(0)
            for (number, record) in records {
                told = number
                let event = narrative.event(number, record)
                guard number > last else { continue }
                last = number
                if let event { try await tell(event) }
                if record.isLast { return }
            }
            if records.last?.1.isLast == true { return }
            if let end = narrative.standstill(at: now()) { return try await tell(end) }
            for await news in live {
                switch news {
                case .line(let step, let text):
                    try await tell(RolloutNarrative.line(text, of: step, at: now()))
                case .record(let number, let record):
                    guard number > told else { continue }
                    told = number
                    let event = narrative.event(number, record)
                    if let event, number > last { try await tell(event) }
                    last = max(last, number)
                    if record.isLast { return }
                    if let end = narrative.standstill(at: now()) { return try await tell(end) }
                }
            }
            // The stream ended early: this watcher was too slow, or the coordinator is stopping.
        }
    }

    private func read() async throws(ServiceFailure) -> (
        RolloutNarrative, [(Int64, JournalRecord)]
    ) {
        let rollout = rollout
        let found = try await store.serve { db throws in
            (
                try RolloutTable.find(rollout, in: db),
                try JournalTable.rows(of: rollout, in: db)
            )
        }
        guard let row = found.0 else { throw .notFound("there was never a rollout '\(rollout)'") }
        do {
            let frozen = try FrozenRollout(row.frozen, of: rollout)
            var records: [(Int64, JournalRecord)] = []
            for entry in found.1 { records.append((entry.number, try entry.decoded())) }
            let narrative = RolloutNarrative(
                rollout: rollout,
                cluster: row.cluster,
                digest: row.digest,
                frozen: frozen
            )
            return (narrative, records)
        } catch {
            throw .store(error)
        }
    }
}

extension JournalRecord {
    /// Whether nothing can follow.
    var isLast: Bool {
        if case .finished = self { true } else { false }
    }
}
