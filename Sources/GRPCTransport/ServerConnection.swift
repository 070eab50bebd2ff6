internal import GRPCCore
internal import NIOCore
internal import Synchronization

/// A connection whose handshake is done, as the server's owner sees it.
public struct ServerConnection: Sendable {
    /// Who is at the other end.
    public let peer: ServerPeer
    /// From where, as gRPC writes it: `ipv4:ADDRESS:PORT` or `ipv6:[ADDRESS]:PORT`.
    public let address: String
    private let handle: ConnectionHandle

    init(_ peer: ServerPeer, _ handle: ConnectionHandle) {
        self.peer = peer
        self.handle = handle
        address = handle.remote
    }

    /// Ends the connection and every call on it at once, with UNAVAILABLE.
    ///
    /// - Parameter reason: What the calls' handlers are told.
    public func close(_ reason: String) {
        handle.close(RPCError(code: .unavailable, message: reason))
    }
}

/// The connections of one server whose handshakes are done and whose sockets are not yet closed.
final class EstablishedConnections: Sendable {
    private let entries = Mutex<[ObjectIdentifier: ServerConnection]>([:])

    var all: [ServerConnection] { entries.withLock { Array($0.values) } }

    var count: Int { entries.withLock { $0.count } }

    /// Keeps a connection until it has ended.
    func insert(_ peer: ServerPeer, _ handle: ConnectionHandle) -> ServerConnection {
        let connection = ServerConnection(peer, handle)
        let key = ObjectIdentifier(handle)
        entries.withLock { $0[key] = connection }
        handle.ended.whenComplete { _ in
            _ = self.entries.withLock { $0.removeValue(forKey: key) }
        }
        return connection
    }
}
