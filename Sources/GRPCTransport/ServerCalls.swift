internal import GRPCCore
internal import HTTP2Session
internal import NIOCore
internal import TLSSession

/// The server's end of a connection: requests become handlers' tasks: on the global pool, so that a
/// handler that blocks delays no connection's keepalive, unless the method is known to be short.
final class ServerCalls: CallSide {
    typealias Handler =
        @concurrent @Sendable (
            RPCStream<HTTP2ServerTransport.Inbound, HTTP2ServerTransport.Outbound>, ServerContext
        ) async -> Void

    let role = HTTP2Session.Role.server
    private let configuration: ServerConfiguration
    private let places: PeerPlaces
    private let shortMethods: ShortMethods
    private let handler: Handler
    /// Who calls; nil until the handshake is done.
    private(set) var peer: ServerPeer?
    private(set) var account: PeerAccount?

    init(
        _ configuration: ServerConfiguration,
        _ places: PeerPlaces,
        _ shortMethods: ShortMethods,
        handler: @escaping Handler
    ) {
        self.configuration = configuration
        self.places = places
        self.shortMethods = shortMethods
        self.handler = handler
    }

    var lifetime: Duration? {
        peer?.application == .enrollment ? configuration.enrollmentTimeout : nil
    }

    var peerName: String? { peer.map { $0.uris.first ?? $0.application.rawValue } }

    func established(_ session: TLSSession) throws(RPCError) -> TransportLimits {
        guard let peer = ServerPeer(session) else {
            throw RPCError(code: .unauthenticated, message: "the client has shown no certificate")
        }
        self.peer = peer
        return peer.application == .h2 ? configuration.limits : configuration.enrollmentLimits
    }

    func admit(_ connection: Connection) throws(HTTP2Failure) {
        guard let peer else { return }
        let address = connection.channel.remoteAddress?.source ?? ""
        account = try places.take(for: peer, from: address, connection.handle)
    }

    func received(
        _ fields: HeaderFields,
        on id: StreamID,
        endsStream: Bool,
        at connection: Connection
    ) {
        if let exchange = connection.exchanges[id] {
            if endsStream { receivedEnd(of: exchange, at: connection) }
            return
        }
        do {
            let head = try RequestHead(fields, acceptsGzip: connection.limits.acceptsGzip)
            guard account?.beginHandler() == true else {
                // Streams that were opened and reset leave handlers behind.
                connection.http2?.reset(id, .refusedStream)
                return
            }
            let exchange = open(id, head, at: connection)
            exchange.stream.deliver(.metadata(head.metadata))
            if endsStream { exchange.stream.finishInbound() }
            run(head, exchange, at: connection)
        } catch {
            connection.http2?.respond(on: id, CallHeaders.refusal(error), endsStream: true)
        }
    }

    private func open(_ id: StreamID, _ head: RequestHead, at connection: Connection) -> Exchange {
        let path = "/\(head.method.fullyQualifiedMethod)"
        let stream = CallStream(
            connection.handle,
            path: path,
            limits: connection.limits,
            encoding: head.answerEncoding,
            account: account
        )
        let exchange = Exchange(
            id: id,
            stream: stream,
            messageBytes: connection.limits.messageBytes
        )
        exchange.deframer.acceptsCompressed = head.encoding == .gzip
        connection.exchanges.insert(exchange)
        return exchange
    }

    private func run(_ head: RequestHead, _ exchange: Exchange, at connection: Connection) {
        exchange.expiry = head.timeout.map { ContinuousClock.now + $0 }
        let run = HandlerRun(
            head: head,
            stream: exchange.stream,
            peer: peer,
            deadline: exchange.expiry,
            handler: handler
        )
        watch(exchange, head.timeout, at: connection)
        let loop = connection.channel.eventLoop
        if head.encoding != .identity {
            // A few kilobytes that inflate to the limit take milliseconds: too long for a loop, and others
            // come first.
            Task(priority: .low) { await run.run() }
        } else if let executor = shortMethods.executor(for: head.method, on: loop) {
            Task(executorPreference: executor) { await run.run() }
        } else {
            // A preference for no executor would cost the call 1 KiB.
            Task { await run.run() }
        }
    }

    /// The client's deadline holds here too, whatever the handler does.
    private func watch(_ exchange: Exchange, _ timeout: Duration?, at connection: Connection) {
        guard let timeout else { return }
        let loop = connection.channel.eventLoop.assumeIsolated()
        exchange.deadline = loop.scheduleTask(in: TimeAmount(timeout)) { [weak connection] in
            guard let connection else { return }
            self.failed(exchange, HandlerRun.deadlineExceeded, at: connection)
            connection.flushSoon()
        }
    }

    func receivedTooManyHeaders(on id: StreamID, at connection: Connection) {
        let limit = connection.limits.headerBytes
        let status = Status(
            code: .resourceExhausted,
            message: "The headers are over the limit of \(limit) bytes."
        )
        if let exchange = connection.exchanges[id] {
            failed(
                exchange,
                RPCError(code: .resourceExhausted, message: status.message),
                at: connection
            )
        } else {
            connection.http2?.respond(
                on: id,
                CallHeaders.trailersOnly(status, [:]),
                endsStream: true
            )
        }
    }

    func receivedEnd(of exchange: Exchange, at connection: Connection) {
        guard exchange.deframer.isBetweenMessages else {
            let message = "The request ended in the middle of a message."
            failed(exchange, RPCError(code: .internalError, message: message), at: connection)
            return
        }
        exchange.stream.finishInbound()
    }

    func failed(_ exchange: Exchange, _ error: RPCError, at connection: Connection) {
        guard exchange.stream.close(error) else { return }
        connection.cutOff(exchange, Status(error))
    }

    func send(_ work: CallStream.Work, of stream: CallStream, at connection: Connection) {
        guard let exchange = connection.exchanges[stream] else { return }
        for part in work.parts {
            switch part {
            case .metadata(let metadata):
                guard !exchange.hasBegun, !exchange.hasFinished else { continue }
                exchange.hasBegun = true
                connection.http2?.respond(
                    on: exchange.id,
                    CallHeaders.response(encoding: stream.encoding, metadata),
                    endsStream: false
                )
            case .message, .compressed:
                if !exchange.hasFinished { connection.append(part, to: exchange) }
            case .status(let status, let metadata):
                connection.answer(exchange, status, metadata)
            }
        }
    }

    /// A machine that enrols has asked all it came for; what else it might ask would be guesses, each of
    /// which shall cost a handshake.
    private func endEnrollment(at connection: Connection) {
        guard peer?.application == .enrollment, connection.phase == .open else { return }
        connection.drain()
        connection.sayFinalGoAway()
    }

    func handlerEnded(_ stream: CallStream, at connection: Connection) {
        account?.endHandler()
        endEnrollment(at: connection)
        guard let exchange = connection.exchanges[stream], !exchange.hasFinished else { return }
        let message = "The handler ended without a status."
        failed(exchange, RPCError(code: .unknown, message: message), at: connection)
        connection.flushSoon()
    }
}
