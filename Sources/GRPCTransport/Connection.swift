internal import GRPCCore
internal import HTTP2Session
internal import NIOCore
internal import TLSSession

/// TLS, HTTP/2 and the calls of one socket. It lives on the channel's loop and is never seen elsewhere:
/// tasks have a `ConnectionHandle`.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How far the connection has come.
    enum Phase {
        /// TLS is not yet established, or the peer's SETTINGS have not come.
        case greeting
        /// Calls come and go.
        case open
        /// Calls end, and no more begin.
        case draining
        /// All is said; the socket closes when the peer has read it.
        case lingering
        /// The socket is closed.
        case closed
    }

    let handle: ConnectionHandle
    let side: any CallSide
    private(set) var rules: Rules
    let channel: any Channel
    var phase = Phase.greeting
    var limits = TransportLimits()
    var exchanges = ExchangeTable()
    var http2: HTTP2Session?
    var heartbeat: Heartbeat
    /// Whether the body of some call may have ended in the middle of a message.
    var isMidMessage = false
    /// Whether some of what was appended to calls may wait for the peer.
    var isSending = false
    var timers: [Timer: Scheduled<Void>] = [:]
    private let tls: TLSSession
    private var isReceiving = false
    private var isFlushing = false
    private var isFlushDue = false

    /// What both sides' configurations say of every connection.
    struct Rules {
        var keepalive: Keepalive
        var handshakeTimeout: Duration
        /// Nil where the peer is trusted not to stop in the middle of things.
        var stalls: StallTimeouts?
        var log: PeerLog?
        /// Told once, when the peer has said a whole hello.
        var heardHello: (() -> Void)?
    }

    /// What a connection waits for.
    enum Timer: Hashable {
        case greeting
        case heartbeat
        case lifetime
        case secondGoAway
        case grace
        case linger
        case stalls
    }

    private init(
        _ channel: any Channel,
        _ tls: TLSSession,
        side: any CallSide,
        rules: Rules
    ) {
        self.channel = channel
        self.tls = tls
        self.side = side
        self.rules = rules
        handle = ConnectionHandle(channel)
        heartbeat = Heartbeat(rules.keepalive, now: .now())
    }

    /// Makes a connection of a channel, on the channel's loop.
    static func begin(
        on channel: any Channel,
        _ context: TLSContext,
        side: any CallSide,
        rules: Rules
    ) throws -> ConnectionHandle {
        let connection = Connection(channel, try TLSSession(context), side: side, rules: rules)
        do {
            // Whoever has the handle may want its end before the channel is active.
            connection.handle.bind(connection)
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            connection.lose(RPCError(code: .unavailable, message: "The connection was lost."))
            throw error
        }
        return connection.handle
    }

    // MARK: The channel's side

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    private func begin() {
        guard phase == .greeting else { return }
        set(.greeting, in: TimeAmount(rules.handshakeTimeout)) { connection in
            connection.log("the peer did not greet us in time")
            connection.end(
                RPCError(code: .unavailable, message: "The peer did not greet us in time."),
                telling: .noError
            )
        }
        beat()
        writeCiphertext()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes(receive)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flush()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        loseWithoutReason()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loseWithoutReason()
    }

    private func loseWithoutReason() {
        let message =
            phase == .greeting
            ? "The peer closed the connection before it spoke our protocol."
            : "The connection was lost."
        lose(RPCError(code: .unavailable, message: message))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose(
            RPCError(
                code: .unavailable,
                message: "The connection was lost: \(ConnectionTrouble.words(for: error))."
            )
        )
        context.close(promise: nil)
    }
}

extension Connection {
    /// Notes what the peer did, with its address and, where it is known, its name.
    func log(_ words: String) {
        let name = side.peerName.map { " (\($0))" } ?? ""
        rules.log?.say(
            "\(handle.remote)\(name): \(words)",
            isStranger: name.isEmpty,
            on: channel.eventLoop
        )
    }
}

// MARK: Bytes

extension Connection {
    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard phase != .lingering, phase != .closed else { return }
        heartbeat.sawSign(at: .now())
        isReceiving = true
        do {
            let reception = try tls.receive(bytes, established: establish) { plaintext in
                try http2?.receive(
                    plaintext,
                    at: NIODeadline.now().uptimeNanoseconds,
                    telling: self
                )
            }
            isReceiving = false
            noteHello()
            if reception == .ended {
                end(
                    RPCError(code: .unavailable, message: "The peer closed the connection."),
                    telling: .noError
                )
            } else {
                watchStalls()
                flushSoon()
            }
        } catch {
            isReceiving = false
            breakOff(error)
        }
    }

    /// TLS has an answer as soon as it has heard a hello.
    private func noteHello() {
        guard let heardHello = rules.heardHello, tls.ciphertextCount > 0 else { return }
        rules.heardHello = nil
        heardHello()
    }

    private func establish() throws {
        limits = try side.established(tls)
        handle.account.bound(
            unsent: limits.unsentBytes,
            unread: side.role == .server ? limits.unreadBytes : .max,
            handlers: 2 * limits.concurrentCalls
        )
        http2 = try HTTP2Session(side.role, limits.http2)
        try side.admit(self)
        guard let lifetime = side.lifetime else { return }
        set(.lifetime, in: TimeAmount(lifetime)) { $0.shutDown(grace: .seconds(1)) }
    }

    /// Flushes after what the loop already has to do, so that one turn's frames share records and one
    /// write.
    func flushSoon() {
        guard !isFlushDue else { return }
        isFlushDue = true
        channel.eventLoop.assumeIsolated().execute { self.flush() }
    }

    /// Moves what HTTP/2 has to say through TLS to the socket, in records as full as may be, while the
    /// socket takes it.
    func flush() {
        isFlushDue = false
        guard phase != .closed, !isReceiving, !isFlushing else { return }
        do {
            if let http2, phase != .lingering { try encryptFrames(of: http2) }
            writeCiphertext()
        } catch {
            breakOff(error)
        }
        watchUnsent()
        endIfOver()
    }

    private func encryptFrames(of http2: HTTP2Session) throws {
        guard channel.isWritable, !isFlushing else { return }
        isFlushing = true  // writing may call back into `channelWritabilityChanged`
        defer { isFlushing = false }
        try withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 16) { record in
            var filled = 0
            try http2.send(telling: self) { frame in
                var rest = frame
                while !rest.isEmpty {
                    let part = rest.prefix(record.count - filled)
                    record[filled...].copyBytes(from: part)
                    filled += part.count
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
                    guard filled == record.count else { continue }
                    try tls.send(UnsafeRawBufferPointer(record))
                    filled = 0
                }
                if tls.ciphertextCount >= 64 * 1024 { writeCiphertext() }
                return channel.isWritable
            }
            try tls.send(UnsafeRawBufferPointer(rebasing: record[..<filled]))
        }
    }

    private func writeCiphertext() {
        guard tls.ciphertextCount > 0 else { return }
        channel.writeAndFlush(ByteBuffer(bytes: tls.takeCiphertext()), promise: nil)
    }

    /// Says goodbye on every layer, as far as each is able to.
    func writeGoodbye(_ code: HTTP2ErrorCode) {
        if let http2 {
            http2.terminate(code)
            try? encryptFrames(of: http2)
        }
        tls.close()
        writeCiphertext()
    }
}

// MARK: Timers

extension Connection {
    func set(_ timer: Timer, in time: TimeAmount, _ body: @escaping (Connection) -> Void) {
        timers[timer]?.cancel()
        timers[timer] = channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            guard let self else { return }
            self.timers[timer] = nil
            body(self)
        }
    }

    func cancel(_ timer: Timer) {
        timers.removeValue(forKey: timer)?.cancel()
    }

    /// Looks after a silent peer, again and again.
    func beat() {
        let now = NIODeadline.now()
        switch heartbeat.beat(at: now) {
        case .wait(let next):
            set(.heartbeat, in: next - now) { $0.beat() }
        case .ping(let next):
            http2?.ping()
            flushSoon()
            set(.heartbeat, in: next - now) { $0.beat() }
        case .giveUp:
            abandon(
                RPCError(
                    code: .unavailable,
                    message: "The peer gives no sign of life any more."
                )
            )
        }
    }
}
