internal import GRPCCore
internal import HTTP2Session
internal import NIOCore

/// A connection as tasks see it: everything that they ask for happens on its loop.
final class ConnectionHandle: Sendable {
    /// `ipv4:192.0.2.1:443` or the like.
    let remote: String
    /// The same for our end.
    let local: String
    /// What the peer makes us keep, unless it shares an account with other connections.
    let account = PeerAccount()
    /// Succeeds when both sides have shown that they speak HTTP/2; fails with the reason in words.
    let ready: EventLoopFuture<Void>
    /// Succeeds when the peer, or we, want no more calls on the connection, or it ended.
    let drained: EventLoopFuture<Void>
    /// Succeeds when the socket is closed.
    let ended: EventLoopFuture<Void>

    let promises: Promises
    private let loop: any EventLoop
    private let connection: NIOLoopBoundBox<Connection?>

    struct Promises: Sendable {
        let ready: EventLoopPromise<Void>
        let drained: EventLoopPromise<Void>
        let ended: EventLoopPromise<Void>
    }

    /// Made on the channel's loop.
    init(_ channel: any Channel) {
        loop = channel.eventLoop
        remote = channel.remoteAddress?.target ?? "unknown"
        local = channel.localAddress?.target ?? "unknown"
        promises = Promises(
            ready: loop.makePromise(),
            drained: loop.makePromise(),
            ended: loop.makePromise()
        )
        ready = promises.ready.futureResult
        drained = promises.drained.futureResult
        ended = promises.ended.futureResult
        connection = NIOLoopBoundBox(nil, eventLoop: loop)
    }

    /// Waits for `ready`; throws why it failed. The connection is closed when the task is cancelled.
    func waitUntilReady() async throws {
        try await withTaskCancellationHandler {
            try await ready.get()
        } onCancel: {
            close(RPCError(code: .unavailable, message: "The client was stopped."))
        }
    }

    /// Waits for `drained`. The connection is closed when the task is cancelled.
    func waitUntilDrained() async throws {
        try await withTaskCancellationHandler {
            try await drained.get()
        } onCancel: {
            close(RPCError(code: .unavailable, message: "The client was stopped."))
        }
    }

    /// Called on the loop when the connection begins and when its socket is closed.
    func bind(_ connection: Connection?) {
        self.connection.value = connection
    }

    /// The stream has something to do for the loop.
    func wake(_ stream: CallStream) {
        onLoop { connection in
            guard let connection else {
                stream.close(RPCError(code: .unavailable, message: "The connection was closed."))
                return
            }
            connection.serve(stream)
        }
    }

    /// The stream was closed on our side.
    func reset(_ stream: CallStream) {
        onLoop { $0?.reset(stream) }
    }

    /// The stream's call ends for a reason of the transport's, which a client learns as its status.
    func refuse(_ stream: CallStream, _ status: Status) {
        onLoop { $0?.refuse(stream, status) }
    }

    /// A handler of the stream has ended.
    func handlerEnded(_ stream: CallStream) {
        onLoop { $0?.handlerEnded(stream) }
    }

    /// Lets the calls that exist end, for so long, and closes.
    func shutDown(grace: TimeAmount) {
        onLoop { $0?.shutDown(grace: grace) }
    }

    /// Closes at once; every call fails for this reason.
    func close(_ reason: RPCError) {
        onLoop { $0?.end(reason, telling: .noError) }
    }

    /// Makes room for another: without a word, and without waiting for one, where the peer has not even
    /// said who it is.
    func makeRoom(_ reason: RPCError) {
        onLoop { connection in
            if connection?.phase == .greeting {
                connection?.abandon(reason)
            } else {
                connection?.end(reason, telling: .noError)
            }
        }
    }

    private func onLoop(_ body: @escaping @Sendable (Connection?) -> Void) {
        loop.execute { body(self.connection.value) }
    }
}
