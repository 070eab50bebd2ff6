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

    /// Retries are not throttled.
    public let retryThrottle: RetryThrottle? = nil

    private struct Credentials {
        var trust: ClientConfiguration.ServerTrust
        var identity: TLSIdentity?
    }

    private let configuration: ClientConfiguration
    private let credentials: Mutex<Credentials>
    private let connectivity = Connectivity()

    /// A client that does not yet connect.
    ///
    /// - Parameter configuration: Where, whom, and how much.
    public init(_ configuration: ClientConfiguration) {
        self.configuration = configuration
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

    /// No method has a configuration of its own.
    ///
    /// - Parameter descriptor: Any method.
    /// - Returns: Nil.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? { nil }
}

// MARK: Connecting

extension HTTP2ClientTransport {
    /// Keeps a connection, and makes it again with growing pauses, until `beginGracefulShutdown()` was
    /// called and every call has ended. Cancelling the task ends everything at once.
    ///
    /// - Throws: `CancellationError`.
    public func connect() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.stayConnected() }
            group.addTask { try await self.connectivity.closedAndIdle() }
            defer {
                group.cancelAll()
                connectivity.close()
            }
            try await group.next()
        }
    }

    private func stayConnected() async throws {
        var failures = 0
        while true {
            let began = ContinuousClock.now
            do {
                let connection = try await open()
                connectivity.becameReady(connection)
                try await use(connection)
                connectivity.lost()
                if ContinuousClock.now - began > .seconds(1) { failures = 0 } else { failures += 1 }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures += 1
                connectivity.wentDown(unreachable(error))
            }
            guard failures > 0 else { continue }
            var generator = SystemRandomNumberGenerator()
            try await Task.sleep(
                for: configuration.backoff.pause(afterFailures: failures, using: &generator)
            )
        }
    }

    /// A connection on which both sides have shown that they speak our protocol.
    private func open() async throws -> ConnectionHandle {
        let context = try Self.context(credentials.withLock { $0 })
        let configuration = configuration
        let connection = try await Sockets.connect(
            host: configuration.host,
            port: configuration.port,
            timeout: configuration.connectTimeout
        ) { channel in
            let limits = configuration.limits
            let handle = ConnectionHandle(channel, unsentBytes: limits.unsentBytes)
            let rules = Connection.Rules(
                keepalive: configuration.keepalive,
                handshakeTimeout: configuration.handshakeTimeout,
                log: { _ in }
            )
            let side = ClientCalls(
                limits: limits,
                authority: "\(configuration.host):\(configuration.port)"
            )
            let connection = try Connection(channel, handle, context, side: side, rules: rules)
            try channel.pipeline.syncOperations.addHandler(connection)
            return handle
        }
        try await withTaskCancellationHandler {
            try await connection.ready.get()
        } onCancel: {
            connection.close(Self.cancelled)
        }
        return connection
    }

    /// Waits until the connection takes no more calls. When the client shuts down its calls have ended,
    /// and it is closed in peace; else calls that remain fail.
    private func use(_ connection: ConnectionHandle) async throws {
        try await withTaskCancellationHandler {
            try await connection.drained.get()
        } onCancel: {
            connection.close(Self.cancelled)
        }
        guard Task.isCancelled else { return }
        try await connection.ended.get()
        throw CancellationError()
    }

    private static let cancelled = RPCError(code: .unavailable, message: "The client was stopped.")

    private func unreachable(_ error: any Error) -> RPCError {
        let words = ConnectionTrouble.words(for: error)
        return RPCError(
            code: .unavailable,
            message: "No connection to \(configuration.host):\(configuration.port): \(words)"
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
    ///   - options: `waitForReady`, and bounds on messages.
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
