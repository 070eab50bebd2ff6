public import GRPCCore
internal import NIOCore
internal import Synchronization
internal import TLSSession

/// A gRPC client over one connection of TLS 1.3 and HTTP/2, which is made again whenever it is lost.
///
/// A call that is made while the server cannot be reached fails at once with UNAVAILABLE and the reason
/// in words, unless its options say `waitForReady`.
public final class HTTP2ClientTransport: ClientTransport {
    /// Messages are arrays of bytes.
    public typealias Bytes = [UInt8]

    /// Holds retries back from a server that fails, if the service configuration says how.
    public let retryThrottle: RetryThrottle?

    /// The event loop of all connections of this client, for tasks that make many short calls and never
    /// block: preferred by them (`withTaskExecutorPreference`) it spares a call two changes of thread.
    public let executor: any TaskExecutor

    private let loop = Sockets.anyLoop()

    private struct Credentials {
        var trust: ClientConfiguration.ServerTrust
        var identity: TLSIdentity?
    }

    private let configuration: ClientConfiguration
    private let credentials: Mutex<Credentials>
    private let connectivity = Connectivity()
    private let connections = OpenConnections()

    /// A client that does not yet connect.
    ///
    /// - Parameter configuration: Where, whom, and how much.
    public init(_ configuration: ClientConfiguration) {
        self.configuration = configuration
        executor = LoopExecutor(loop)
        retryThrottle = configuration.serviceConfig.retryThrottle()
        credentials = Mutex(
            Credentials(trust: configuration.trust, identity: configuration.identity)
        )
    }

    /// Shows another certificate on connections that begin from now on.
    ///
    /// - Parameters:
    ///   - identity: The new one.
    ///   - trust: What the server must prove from now on; nil changes nothing.
    /// - Throws: An error in words if they cannot be used; the old ones then stay.
    public func replaceIdentity(
        _ identity: TLSIdentity,
        trust: ClientConfiguration.ServerTrust? = nil
    ) throws {
        let old = credentials.withLock { $0 }
        let new = Credentials(trust: trust ?? old.trust, identity: identity)
        _ = try Self.context(new)
        credentials.withLock { $0 = new }
    }

    private static func context(_ credentials: Credentials) throws(TLSFailure) -> TLSContext {
        let identity = credentials.identity.map { (certificate: $0.certificate, key: $0.key) }
        let application = identity == nil ? ApplicationProtocol.enrollment : .h2
        return try TLSContext.client(
            identity: identity,
            proof: credentials.trust.proof,
            applicationProtocol: application.rawValue
        )
    }

    /// What the service configuration says of a method.
    ///
    /// - Parameter descriptor: Any method.
    /// - Returns: The method's own configuration, its service's, or that of all.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        configuration.serviceConfig.config(forMethod: descriptor)
    }
}

// MARK: Connecting

extension HTTP2ClientTransport {
    /// Keeps a connection, and makes it again with growing pauses, until `beginGracefulShutdown()` was
    /// called and every call has ended. Cancelling the task ends everything at once.
    public func connect() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.stayConnected() }
            group.addTask { try? await self.connectivity.closedAndIdle() }
            await group.next()
            group.cancelAll()
        }
        connectivity.close()
        for connection in connections.all { connection.close(Self.stopped) }
        await connections.ended()
    }

    /// Returns only when the task is cancelled.
    private func stayConnected() async {
        var failures = 0
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                let connection = try await open()
                connectivity.becameReady(connection)
                try await connection.waitUntilDrained()
                connectivity.lost()
                // A server that takes connections only to drop them is not to be stormed.
                let isStable = ContinuousClock.now - began >= Backoff.stable
                failures = isStable ? 0 : failures + 1
            } catch {
                failures += 1
                connectivity.wentDown(unreachable(error))
            }
            guard failures > 0 else { continue }
            var generator = SystemRandomNumberGenerator()
            let pause = configuration.backoff.pause(afterFailures: failures, using: &generator)
            try? await Task.sleep(for: pause)
        }
    }

    /// A connection on which both sides have shown that they speak our protocol.
    private func open() async throws -> ConnectionHandle {
        let context = try Self.context(credentials.withLock { $0 })
        let connection = try await Sockets.connect(configuration, on: loop) {
            [configuration, connections] channel in
            let side = ClientCalls(configuration)
            let rules = Connection.Rules(
                keepalive: configuration.keepalive,
                handshakeTimeout: configuration.handshakeTimeout,
                log: nil
            )
            let handle = try Connection.begin(on: channel, context, side: side, rules: rules)
            connections.insert(handle)
            return handle
        }
        try await connection.waitUntilReady()
        return connection
    }

    private static let stopped = RPCError(code: .unavailable, message: "The client was stopped.")

    private func unreachable(_ error: any Error) -> RPCError {
        var words = ConnectionTrouble.words(for: error)
        if words.hasSuffix(".") { words.removeLast() }
        return RPCError(
            code: .unavailable,
            message: "No connection to \(configuration.endpoint): \(words).",
            cause: (error as? RPCError)?.cause ?? ConnectionRefusal(error)
        )
    }

    /// Begins no more calls; `connect()` returns when those that run have ended.
    public func beginGracefulShutdown() {
        connectivity.close()
    }
}

// MARK: Calls

extension HTTP2ClientTransport {
    /// Makes a call on the connection.
    ///
    /// - Parameters:
    ///   - descriptor: The method.
    ///   - options: `waitForReady`, bounds on messages, and gzip as compression.
    ///   - closure: Uses the stream. When it returns, the call is over.
    /// - Throws: UNAVAILABLE with the reason, FAILED_PRECONDITION at shutdown, or what `closure`
    ///   throws.
    /// - Returns: What `closure` returns.
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
    ) async throws -> T {
        let connection = try await connectivity.beginCall(
            waitForReady: options.waitForReady ?? false
        )
        defer { connectivity.endCall() }
        let stream = CallStream(
            connection,
            path: "/\(descriptor.fullyQualifiedMethod)",
            limits: configuration.limits,
            encoding: configuration.encoding(options),
            messageBytes: options.maxResponseMessageBytes
        )
        let rpc = RPCStream<Inbound, Outbound>(
            descriptor: descriptor,
            inbound: RPCAsyncSequence(wrapping: ClientInbound(stream: stream)),
            outbound: RPCWriter.Closable(
                wrapping: ClientOutbound(
                    stream: stream,
                    messageBytes: options.maxRequestMessageBytes
                )
            )
        )
        let context = ClientContext(
            descriptor: descriptor,
            remotePeer: connection.remote,
            localPeer: connection.local
        )
        return try await withTaskCancellationHandler {
            defer { stream.cancel(RPCError(code: .cancelled, message: "The call is over.")) }
            return try await closure(rpc, context)
        } onCancel: {
            stream.cancel(RPCError(code: .cancelled, message: "The call was cancelled."))
        }
    }
}
