import Agent
import Synchronization

/// An agent's journal files, on a disk that can be full and under a process that can die at any write.
final class SimulatedDisk: ExecutionFiles {
    struct Full: Error, CustomStringConvertible {
        var description: String { "no space left on device" }
    }

    private struct Content {
        var files: [String: [UInt8]] = [:]
        var isFull = false
        /// How many changes are made yet before the process dies; nothing where it does not.
        var changesLeft: Int?
        /// Whether the process died in the midst.
        var isDead = false
        /// Whether it dies before the last change or after it.
        var diesAfter = false
        /// What was written since that was last asked.
        var written: [(name: String, bytes: [UInt8])] = []
    }

    private let content = Mutex(Content())

    /// Whether writes fail. Files can still be removed.
    var isFull: Bool {
        get { content.withLock(\.isFull) }
        set { content.withLock { $0.isFull = newValue } }
    }

    /// Lets the process die at one of its next changes.
    func doom(changes: Int, diesAfter: Bool) {
        content.withLock {
            $0.changesLeft = changes
            $0.diesAfter = diesAfter
        }
    }

    /// Whether the process has died meanwhile; it lives again from here on.
    func takeDeath() -> Bool {
        content.withLock { content in
            defer {
                content.isDead = false
                content.changesLeft = nil
            }
            return content.isDead
        }
    }

    /// What was written since this was last asked.
    func takeWritten() -> [(name: String, bytes: [UInt8])] {
        content.withLock { content in
            guard !content.written.isEmpty else { return [] }
            defer { content.written = [] }
            return content.written
        }
    }

    func names() -> [String] {
        content.withLock { $0.files.keys.sorted() }
    }

    func read(_ name: String) -> [UInt8]? {
        content.withLock { $0.files[name] }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try content.withLock { content in
            if content.isFull { throw Full() }
            change(&content) {
                $0.files[name] = bytes
                $0.written.append((name, bytes))
            }
        }
    }

    func remove(_ name: String) throws {
        content.withLock { content in
            guard content.files[name] != nil else { return }
            change(&content) { $0.files[name] = nil }
        }
    }

    func setAside(_ name: String) {
        content.withLock { $0.files[name] = nil }
    }

    /// A dead process changes nothing.
    private func change(_ content: inout Content, _ body: (inout Content) -> Void) {
        guard !content.isDead else { return }
        guard let left = content.changesLeft else {
            body(&content)
            return
        }
        if left > 0 || content.diesAfter { body(&content) }
        content.changesLeft = left - 1
        content.isDead = left <= 0
    }
}
