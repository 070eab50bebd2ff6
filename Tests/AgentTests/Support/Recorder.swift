import Synchronization

/// Remembers what came, and lets tests wait for it.
final class Recorder<Element: Sendable>: Sendable {
    /// What was waited for did not come.
    struct Missing: Error {
        /// What came instead.
        let heard: [Element]
    }

    private struct State {
        var elements: [Element] = []
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Everything so far, oldest first.
    var all: [Element] { state.withLock { $0.elements } }

    func append(_ element: Element) {
        let waiting = state.withLock { state in
            state.elements.append(element)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// How many there were.
    func count(where matches: (Element) -> Bool) -> Int { all.count(where: matches) }

    /// The `number`th that matches, as soon as it has come; fails after forty seconds without it, for a machine may be busy.
    func element(
        _ number: Int = 1,
        where matches: @escaping @Sendable (Element) -> Bool
    ) async throws -> Element {
        try await withThrowingTaskGroup(of: Element?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                    let matching = self.state.withLock { state in
                        let matching = state.elements.filter(matches)
                        if matching.count < number { state.waiting.append(continuation) }
                        return matching
                    }
                    if matching.count >= number { return matching[number - 1] }
                    for await _ in stream {}
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(40))
                throw Missing(heard: self.all)
            }
            defer { group.cancelAll() }
            guard let found = try await group.next() ?? nil else { throw Missing(heard: all) }
            return found
        }
    }
}

/// A door that steps wait behind.
final class Gate: Sendable {
    private let opened = Recorder<Void>()

    func open() { opened.append(()) }

    /// Returns once the gate is open or the task is cancelled.
    func pass() async {
        _ = try? await opened.element { true }
    }
}
