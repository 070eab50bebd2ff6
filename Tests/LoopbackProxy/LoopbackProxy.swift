internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A TCP proxy on the loopback interface that can fall silent without closing anything, as a path does
/// that was cut in the middle.
public final class LoopbackProxy: Sendable {
    private let state = Mutex(State())
    private let listener = Mutex<(any Channel)?>(nil)

    private struct State {
        var accepted = 0
        var silenced = 0
    }

    /// Where it listens, on 127.0.0.1.
    public var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// Listens on a free port.
    ///
    /// - Parameter target: The port on 127.0.0.1 that it forwards to.
    /// - Throws: Why it cannot listen.
    public init(to target: Int) async throws {
        let made = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { inner in
                ClientBootstrap(group: inner.eventLoop)
                    .connect(host: "127.0.0.1", port: target)
                    .flatMapThrowing { outer in
                        let number = self.accept()
                        let forth = Forwarder(to: outer) { self.isSilent(number) }
                        let back = Forwarder(to: inner) { self.isSilent(number) }
                        try inner.pipeline.syncOperations.addHandler(forth)
                        try outer.pipeline.syncOperations.addHandler(back)
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = made }
    }

    /// Forwards no byte and no end on the connections of now. Later ones are as good as ever.
    public func silence() {
        state.withLock { $0.silenced = $0.accepted }
    }

    /// Listens no more.
    public func close() async throws {
        try await listener.withLock { $0 }?.close()
    }

    private func accept() -> Int {
        state.withLock { state in
            state.accepted += 1
            return state.accepted
        }
    }

    private func isSilent(_ number: Int) -> Bool {
        state.withLock { number <= $0.silenced }
    }
}

private final class Forwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: any Channel
    private let isSilent: () -> Bool

    init(to target: any Channel, unless isSilent: @escaping () -> Bool) {
        self.target = target
        self.isSilent = isSilent
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isSilent() else { return }
        target.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isSilent() { target.close(promise: nil) }
    }
}
