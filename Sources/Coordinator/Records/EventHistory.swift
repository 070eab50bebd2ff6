import Logging

/// What happened in the cluster, kept for operators. It is noted where the state changes and written
/// a quarter of a second later at most; a crash may take what lies between.
final class EventHistory: Sendable {
    /// Rings where events were written.
    let bell = NewsBell()
    private let writer: BatchWriter<ClusterEvent>

    /// Keeps events in a store.
    init(store: Store, logger: Logger) {
        let keeping = RecordKeeping("events", in: store, logger: logger)
        writer = BatchWriter { [bell] events in
            await keeping.write { db throws in try ClusterEventTable.append(events, in: db) }
            bell.ring()
        }
    }

    /// Takes an event.
    func note(_ event: ClusterEvent) {
        writer.add(event)
    }

    /// Returns once everything noted before can be read.
    func flush() async {
        await writer.flush()
    }
}
