public import GRPCCore
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import TLSSession

/// A gRPC server over mutual TLS 1.3 and HTTP/2.
///
/// Clients that speak `h2` must show a certificate which the authorities verify. Those that speak
/// `isthmus-enroll` show none, and are let in only while `acceptsEnrollment` says so. Handlers learn who
/// calls from `context.transportSpecific`, a `ServerPeer`. They run on the global pool,
/// or on the event loop where `isShort` says so.
public final class HTTP2ServerTransport: ServerTransport {
    /// Messages are arrays of bytes.
    public typealias Bytes = [UInt8]

    private struct State {
        var context: TLSContext?
        var listener: (any Channel)?
        var isStopping = false
    }

    private let configuration: ServerConfiguration
    private let state = Mutex(State())
    private let connections = OpenConnections()
    private let established = EstablishedConnections()
    private let strangers: Strangers
    private let places: PeerPlaces
    private let log: PeerLog
    private let shortMethods: ShortMethods
    private let port: EventLoopPromise<Int>

    /// A server that is not yet listening; the identity is first used by `listen`.
    ///
    /// - Parameter configuration: Where, who, and how much.
    public init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        strangers = Strangers(limit: configuration.greetings)
        places = PeerPlaces(configuration)
        log = PeerLog(configuration.log)
        shortMethods = ShortMethods(configuration)
        port = Sockets.group.next().makePromise()
    }

    deinit {
        port.fail(Self.neverListened)
    }

    private static let neverListened = RPCError(
        code: .unavailable,
        message: "The server never listened."
    )

    /// The TCP port that the server listens on, once it does.
    ///
    /// - Throws: What kept the server from listening, also its own end; `CancellationError`.
    /// - Returns: The port; the one that the system chose if 0 was asked for.
    public func boundPort() async throws -> Int {
        let waiter = port.futureResult.eventLoop.makePromise(of: Int.self)
        port.futureResult.cascade(to: waiter)
        return try await withTaskCancellationHandler {
            try await waiter.futureResult.get()
        } onCancel: {
            waiter.fail(CancellationError())
        }
    }

    /// Shows another certificate, and believes other authorities, on connections that begin from now on.
    ///
    /// - Parameter identity: The new one.
    /// - Throws: An error in words if it cannot be used; the old one then stays.
    public func replaceIdentity(_ identity: TLSIdentity) throws {
        let context = try makeContext(identity)
        state.withLock { $0.context = context }
    }

    /// The connections that are open now and whose peers have shown who they are.
    public var establishedConnections: [ServerConnection] { established.all }

    private func makeContext(_ identity: TLSIdentity) throws(TLSFailure) -> TLSContext {
        let acceptsEnrollment = configuration.acceptsEnrollment
        return try TLSContext.server(
            certificate: identity.certificate,
            key: identity.key,
            authorities: identity.authorities
        ) { name in
            switch ApplicationProtocol(rawValue: name) {
            case .h2: .required
            case .enrollment: acceptsEnrollment() ? ClientCertificate.none : nil
            case nil: nil
            }
        }
    }
}

extension HTTP2ServerTransport {
    /// Listens, and serves until `beginGracefulShutdown()` has run its course. Cancelling the task
    /// ends everything at once.
    ///
    /// When it returns every connection is closed. Handlers whose calls were cut off have been told, but
    /// may still be about to end.
    ///
    /// - Parameter streamHandler: Runs each call.
    /// - Throws: What keeps the server from listening.
    public func listen(
        streamHandler:
            @escaping @concurrent @Sendable (
                RPCStream<Inbound, Outbound>, ServerContext
            ) async -> Void
    ) async throws {
        do {
            if state.withLock({ $0.context == nil }) { try replaceIdentity(configuration.identity) }
            let listener = try await Sockets.listen(
                host: configuration.host,
                port: configuration.port
            ) { try self.accept($0, streamHandler) }
            port.succeed(listener.localAddress?.port ?? configuration.port)
            await serve(listener)
        } catch {
            let words = ConnectionTrouble.words(for: error)
            let failure = RPCError(
                code: .unavailable,
                message: "Cannot listen on \(configuration.place): \(words)."
            )
            port.fail(failure)
            throw failure
        }
    }

    private func serve(_ listener: any Channel) async {
        let isStopping = state.withLock { state in
            state.listener = listener
            return state.isStopping
        }
        if isStopping { listener.close(promise: nil) }
        await withTaskCancellationHandler {
            try? await listener.closeFuture.get()
            await connections.ended()
        } onCancel: {
            stop { $0.close(RPCError(code: .unavailable, message: "The server was stopped.")) }
        }
    }

    private func accept(_ channel: any Channel, _ handler: @escaping ServerCalls.Handler) throws {
        if DescriptorReserve.holds(channel) {
            DescriptorReserve.rest(channel.parent)
            throw refusal(channel, "no descriptors are left for connections")
        }
        guard established.count < configuration.connections,
            let context = state.withLock({ $0.context })
        else { throw refusal(channel, "there are too many connections") }
        guard let stranger = strangers.admit(from: channel.remoteAddress?.source ?? "") else {
            throw refusal(channel, "too many connections from there have not said who they are")
        }
        let rules = Connection.Rules(
            keepalive: configuration.keepalive,
            handshakeTimeout: configuration.handshakeTimeout,
            stalls: configuration.stallTimeouts,
            log: log,
            heardHello: { [strangers] in strangers.hear(stranger) }
        )
        let side = ServerCalls(configuration, places, shortMethods, handler: handler)
        let handle: ConnectionHandle
        do {
            handle = try Connection.begin(on: channel, context, side: side, rules: rules)
        } catch {
            strangers.leave(stranger)
            throw error
        }
        strangers.watch(handle, stranger, until: handle.ready)
        connections.insert(handle)
        handle.ready.assumeIsolated().whenSuccess { [established, configuration] in
            guard let peer = side.peer else { return }
            configuration.greeted(established.insert(peer, handle))
        }
        if state.withLock({ $0.isStopping }) { handle.shutDown(grace: .zero) }
    }

    private func refusal(_ channel: any Channel, _ words: String) -> any Error {
        let address = channel.remoteAddress?.literal ?? "unknown"
        log.say("\(address): \(words)", isStranger: true, on: channel.eventLoop)
        return ChannelError.ioOnClosedChannel
    }

    /// Takes no further calls. Those that run may go on for the configured grace; their handlers are
    /// told by their cancellation handle.
    public func beginGracefulShutdown() {
        let grace = TimeAmount(configuration.shutdownGrace)
        stop { $0.shutDown(grace: grace) }
    }

    private func stop(_ end: (ConnectionHandle) -> Void) {
        let listener = state.withLock { state in
            state.isStopping = true
            return state.listener
        }
        // Who waits for the port of a server that was stopped first would wait for ever.
        if listener == nil { port.fail(Self.neverListened) }
        listener?.close(promise: nil)
        for connection in connections.all { end(connection) }
    }
}
