internal import GRPCCore
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import TLSSession

/// How sockets become connections. All of them share the process's event loops.
enum Sockets {
    static var group: MultiThreadedEventLoopGroup { .singleton }

    /// The next of the loops in turn.
    static func anyLoop() -> any EventLoop { group.next() }

    /// Listens on a host's first address, or on all of the machine's where none is named; every accepted
    /// socket goes to `accept`, on its loop, which may refuse by throwing.
    static func listen(
        host: String?,
        port: Int,
        accept: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    try listener.pipeline.syncOperations.addHandler(AcceptRest())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // The last buffer stays with a connection; it grows where much comes.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1024, maximum: 65_536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
        if let host { return try await bootstrap.bind(host: host, port: port).get() }
        do {
            // One socket for both families, whatever the machine's net.ipv6.bindv6only says (ipv6(7)).
            return
                try await bootstrap
                .serverChannelOption(ipv6Only, value: 0)
                .bind(host: "::", port: port).get()
        } catch let error as IOError where hasNoIPv6(error) {
            return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
        }
    }

    private static var ipv6Only: ChannelOptions.Types.SocketOption {
        ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
    }

    /// Whether the kernel does without IPv6 (`ipv6.disable=1`), or has it switched off.
    private static func hasNoIPv6(_ error: IOError) -> Bool {
        [EAFNOSUPPORT, EADDRNOTAVAIL, EPROTONOSUPPORT].contains(error.errnoCode)
    }

    /// Connects to the first of the host's addresses, IPv6 or IPv4, that answers (RFC 8305): each that is
    /// silent for a quarter of a second is overtaken by the next. When the task is cancelled, a
    /// socket that comes too late is closed.
    static func connect(
        _ configuration: ClientConfiguration,
        on loop: any EventLoop,
        begin: @escaping @Sendable (any Channel) throws -> ConnectionHandle
    ) async throws -> ConnectionHandle {
        let promise = loop.makePromise(of: ConnectionHandle.self)
        let socket = ClientBootstrap(group: loop)
            .resolver(configuration.resolver?(loop))
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: configuration.host, port: configuration.port)
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
