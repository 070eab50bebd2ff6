internal import GRPCCore
internal import NIOCore
internal import NIOPosix
internal import TLSSession

/// How sockets become connections. All of them share the process's event loops.
enum Sockets {
    static var group: MultiThreadedEventLoopGroup { .singleton }

    /// The next of the loops in turn.
    static func anyLoop() -> any EventLoop { group.next() }

    /// Listens; every accepted socket goes to `accept`, on its loop, which may refuse by throwing.
    static func listen(
        host: String,
        port: Int,
        accept: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
            .bind(host: host, port: port).get()
    }

    /// Connects to the first of the host's addresses, IPv6 or IPv4, that answers (RFC 8305). When the
    /// task is cancelled, a socket that comes too late is closed.
    static func connect(
        host: String,
        port: Int,
        timeout: Duration,
        on loop: any EventLoop,
        begin: @escaping @Sendable (any Channel) throws -> ConnectionHandle
    ) async throws -> ConnectionHandle {
        let promise = loop.makePromise(of: ConnectionHandle.self)
        let socket = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port)
        socket.flatMapThrowing { channel in
            promise.futureResult.whenFailure { _ in channel.close(promise: nil) }
            return try begin(channel)
        }.cascade(to: promise)
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }
}
