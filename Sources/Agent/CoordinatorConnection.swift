import GRPCCore
import GRPCTransport
import Protocol
import Synchronization

/// The stub over which the coordinator is spoken to.
typealias CoordinatorClient = WireAgentLink.Client<HTTP2ClientTransport>

/// The connection of the moment, for those who do not care which one it is.
final class CoordinatorConnection: Sendable {
    private struct State {
        var client: CoordinatorClient?
        var session: ObjectIdentifier?
        var waiting: [AsyncStream<CoordinatorClient>.Continuation] = []
    }

    private let state = Mutex(State())

    /// A session was welcomed over this connection.
    func open(_ client: CoordinatorClient, of session: Session) {
        let waiting = state.withLock { state in
            state.client = client
            state.session = ObjectIdentifier(session)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting {
            continuation.yield(client)
            continuation.finish()
        }
    }

    /// The session is over; where another has taken its place, that one's connection stays.
    func close(of session: Session) {
        state.withLock { state in
            guard state.session == ObjectIdentifier(session) else { return }
            state.client = nil
        }
    }

    /// Waits for a connection; nothing where the task is cancelled first.
    func client() async -> CoordinatorClient? {
        let (stream, continuation) = AsyncStream.makeStream(of: CoordinatorClient.self)
        let current = state.withLock { state in
            if state.client == nil { state.waiting.append(continuation) }
            return state.client
        }
        if let current { return current }
        for await client in stream { return client }
        return nil
    }
}
