internal import HTTP2Session
internal import NIOCore
internal import Synchronization

/// How many connections the peers of a server have that have said who they are, and their accounts:
/// whoever holds a certificate can open many connections, and pays from one account for all of them.
final class PeerPlaces: Sendable {
    private struct Known {
        let account = PeerAccount()
        var connections = 0
    }

    private let known = Mutex<[String: Known]>([:])
    private let enrolling: Strangers
    private let connectionsPerPeer: Int
    private let handlersPerPeer: Int
    private let limits: TransportLimits

    init(_ configuration: ServerConfiguration) {
        enrolling = Strangers(limit: configuration.enrollments)
        connectionsPerPeer = configuration.connectionsPerPeer
        handlersPerPeer = configuration.handlersPerPeer
        limits = configuration.limits
    }

    /// Gives a connection its place until its socket is closed.
    ///
    /// - Parameters:
    ///   - peer: Who it has turned out to be.
    ///   - address: Where it comes from.
    ///   - handle: The connection.
    /// - Throws: Why it has no place.
    /// - Returns: Who pays for what it holds.
    func take(
        for peer: ServerPeer,
        from address: String,
        _ handle: ConnectionHandle
    ) throws(HTTP2Failure) -> PeerAccount {
        switch peer.application {
        case .h2:
            let name = peer.uris.first ?? ""
            guard let account = open(name) else {
                throw Self.refusal("the certificate has \(connectionsPerPeer) connections already")
            }
            handle.ended.whenComplete { _ in self.close(name) }
            return account
        case .enrollment:
            guard let id = enrolling.admit(from: address) else {
                throw Self.refusal("too many connections from there enrol")
            }
            enrolling.watch(handle, id, until: handle.ended)
            return handle.account
        }
    }

    private static func refusal(_ words: String) -> HTTP2Failure {
        HTTP2Failure(message: words, code: .enhanceYourCalm)
    }

    private func open(_ name: String) -> PeerAccount? {
        known.withLock { known in
            var entry = known[name] ?? Known()
            guard entry.connections < connectionsPerPeer else { return nil }
            if entry.connections == 0 {
                entry.account.bound(
                    unsent: limits.unsentBytes,
                    unread: limits.unreadBytes,
                    handlers: handlersPerPeer
                )
            }
            entry.connections += 1
            known[name] = entry
            return entry.account
        }
    }

    private func close(_ name: String) {
        known.withLock { known in
            known[name]?.connections -= 1
            if known[name]?.connections == 0 { known[name] = nil }
        }
    }
}
