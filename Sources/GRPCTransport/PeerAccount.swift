internal import Synchronization

/// What one peer makes us keep in memory: on a server, over all connections of its certificate.
final class PeerAccount: Sendable {
    /// What waits to be sent to the peer.
    let unsent = SendBudget()
    private let unread = Atomic<Int>(0)
    private let unreadLimit = Atomic<Int>(.max)
    private let handlers = Atomic<Int>(0)
    private let handlerLimit = Atomic<Int>(.max)

    /// Sets the bounds, once it is known who the peer is. Until then there are none.
    func bound(unsent: Int, unread: Int, handlers: Int) {
        self.unsent.bound(to: unsent)
        unreadLimit.store(unread, ordering: .relaxed)
        handlerLimit.store(handlers, ordering: .relaxed)
    }

    /// Takes in bytes that nobody has read yet, whole messages or not.
    ///
    /// - Returns: False if there are too many; they are then not taken in.
    func keep(_ count: Int) -> Bool {
        let total = unread.wrappingAdd(count, ordering: .relaxed).newValue
        guard total <= unreadLimit.load(ordering: .relaxed) else {
            letGo(count)
            return false
        }
        return true
    }

    /// A handler begins. False if too many are at work; also those count whose calls were reset.
    func beginHandler() -> Bool {
        let count = handlers.wrappingAdd(1, ordering: .relaxed).newValue
        guard count <= handlerLimit.load(ordering: .relaxed) else {
            endHandler()
            return false
        }
        return true
    }

    func endHandler() {
        handlers.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Bytes were read or dropped.
    func letGo(_ count: Int) {
        unread.wrappingSubtract(count, ordering: .relaxed)
    }
}
