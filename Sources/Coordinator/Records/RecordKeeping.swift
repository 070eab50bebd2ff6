import GRDB
import Logging
import Synchronization

/// Writes records that are useful and not vital: where the store refuses, they are lost, and the log
/// says so once until it takes them again.
final class RecordKeeping: Sendable {
    private let store: Store
    private let logger: Logger
    /// What is kept, for the log: "events".
    private let what: String
    private let isFailing = Mutex(false)

    /// Keeps records of one sort.
    init(_ what: String, in store: Store, logger: Logger) {
        self.what = what
        self.store = store
        self.logger = logger
    }

    /// Writes all or nothing.
    func write(_ body: @escaping @Sendable (Database) throws -> Void) async {
        do {
            try await store.write(body)
            guard isFailing.exchange(false) else { return }
            logger.note("The store takes \(what) again")
        } catch {
            guard !isFailing.exchange(true) else { return }
            logger.complain("The store does not take \(what)", [.error: "\(error)"])
        }
    }
}

extension Mutex<Bool> {
    fileprivate func exchange(_ value: Bool) -> Bool {
        withLock { current in
            defer { current = value }
            return current
        }
    }
}
