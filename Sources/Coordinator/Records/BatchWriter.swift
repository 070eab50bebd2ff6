import Synchronization

/// Takes items without waiting and writes them soon after, many at a time, in their order. For
/// records whose last moments a crash may take: what was added less than `pause` ago may be lost.
final class BatchWriter<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        /// Whether a task will write what is waiting.
        var isScheduled = false
        var lastWrite: Task<Void, Never>?
    }

    private let pause: Duration
    private let limit: Int
    private let write: @Sendable ([Item]) async -> Void
    private let state = Mutex(State())

    /// Writes nothing yet.
    ///
    /// - Parameters:
    ///   - pause: How long items are collected.
    ///   - limit: How many may wait; further ones are dropped until there is room, so that a disk
    ///     that hangs costs no memory.
    ///   - write: Makes a batch durable; one at a time.
    init(
        pause: Duration = .milliseconds(250),
        limit: Int = 10_000,
        write: @escaping @Sendable ([Item]) async -> Void
    ) {
        self.pause = pause
        self.limit = limit
        self.write = write
    }

    /// Takes an item.
    func add(_ item: Item) {
        let begins = state.withLock { state in
            guard state.waiting.count < limit else { return false }
            state.waiting.append(item)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if begins { Task { await work() } }
    }

    /// Returns once everything added before has been written.
    func flush() async {
        await next().value
    }

    private func work() async {
        repeat {
            try? await Task.sleep(for: pause)
            await flush()
        } while goesOn()
    }

    private func goesOn() -> Bool {
        state.withLock { state in
            state.isScheduled = !state.waiting.isEmpty
            return state.isScheduled
        }
    }

    private func next() -> Task<Void, Never> {
        state.withLock { state in
            let batch = state.waiting
            let before = state.lastWrite
            state.waiting = []
            let task = Task { [write] in
                await before?.value
                if !batch.isEmpty { await write(batch) }
            }
            state.lastWrite = task
            return task
        }
    }
}
