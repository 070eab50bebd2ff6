import GRPCTransport
import Plan
import Synchronization
import Trust

/// Ends the connections of those whose certificates count no longer.
final class PeerConnections: Sendable {
    private let open = Mutex<@Sendable () -> [ServerConnection]>({ [] })

    /// Learns where the open connections are to be found.
    func follow(_ transport: HTTP2ServerTransport) {
        open.withLock { $0 = { [weak transport] in transport?.establishedConnections ?? [] } }
    }

    /// Ends at once those of an identity, but for those made with the serial number `keeping`.
    func end(of identity: SPIFFEIdentity, keeping serial: String? = nil) {
        for connection in all
        where connection.peer.uris == [identity.uri] && connection.peer.serial != serial {
            connection.close("the certificate of this connection counts no longer")
        }
    }

    /// Ends at once those whose certificates have expired, at milliseconds since 1970, and returns
    /// them.
    func endExpired(at now: Int64) -> [ServerConnection] {
        let expired = all.filter { $0.peer.application == .h2 && $0.peer.certificateExpires <= now }
        for connection in expired {
            connection.close("the certificate of this connection has expired")
        }
        return expired
    }

    private var all: [ServerConnection] { open.withLock { $0 }() }
}
