internal import NIOCore
internal import Synchronization

/// The connections of one transport whose sockets are not yet closed.
final class OpenConnections: Sendable {
    private let handles = Mutex<[ObjectIdentifier: ConnectionHandle]>([:])

    var all: [ConnectionHandle] { handles.withLock { Array($0.values) } }

    /// Keeps a connection until it has ended.
    func insert(_ handle: ConnectionHandle) {
        let key = ObjectIdentifier(handle)
        handles.withLock { $0[key] = handle }
        handle.ended.whenComplete { _ in
            _ = self.handles.withLock { $0.removeValue(forKey: key) }
        }
    }

    /// Waits until none is left. The connections must be on their way out.
    func ended() async {
        while let handle = handles.withLock({ $0.values.first }) {
            try? await handle.ended.get()
            _ = handles.withLock { $0.removeValue(forKey: ObjectIdentifier(handle)) }
        }
    }
}
