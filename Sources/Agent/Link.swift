import GRPCCore
import GRPCTransport
import Protocol

/// One connection to the coordinator, made with one credential, and the session on it.
final class Link: Sendable {
    private let client: GRPCClient<HTTP2ClientTransport>
    private let session: Session

    /// Does not connect yet.
    init(
        _ configuration: ClientConfiguration,
        session: (CoordinatorClient) -> Session
    ) {
        client = GRPCClient(transport: HTTP2ClientTransport(configuration))
        self.session = session(CoordinatorClient(wrapping: client))
    }

    /// What waits to be written to it is written before anything of the link that follows.
    var lastWords: Signal { session.lastWords }

    /// Connects, and tells how the session ended. Returns when the connection is closed: at once, but
    /// for a link that has retired, over which calls may still run.
    func run(told end: @Sendable (SessionEnd) -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.client.runConnections() }
            end(await session.run())
            client.beginGracefulShutdown()
            if !session.isRetired { group.cancelAll() }
        }
    }

    /// Another link has taken this one's place: what is queued is written, and no call begins.
    func retire() {
        session.retire()
    }
}
