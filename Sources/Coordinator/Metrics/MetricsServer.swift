import NIOCore
import NIOHTTP1
import NIOPosix

/// Tells Prometheus the coordinator's numbers over plain HTTP: `GET /metrics`, and nothing else. Whoever
/// reaches the port reads them, so it listens on the loopback unless an operator says otherwise.
struct MetricsServer: Sendable {
    /// An address of this machine.
    let host: String
    /// The TCP port; 0 takes a free one.
    let port: Int
    /// Makes the page.
    let page: @Sendable () async -> String

    /// Serves until the task is cancelled.
    ///
    /// - Parameter bound: Told the port once it listens.
    /// - Throws: What the system says where it cannot listen.
    func run(bound: @Sendable (Int) -> Void = { _ in }) async throws {
        let page = page
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(MetricsHandler(page: page))
                }
            }
            .bind(host: host, port: port).get()
        bound(channel.localAddress?.port ?? 0)
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// One connection: one request, one answer, the end; ten seconds at most.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let patience = TimeAmount.seconds(10)

    private let page: @Sendable () async -> String
    private var head: HTTPRequestHead?

    init(page: @escaping @Sendable () async -> String) {
        self.page = page
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: answer(on: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(on channel: any Channel) {
        guard let head else { return }
        self.head = nil
        guard head.method == .GET || head.method == .HEAD, head.uri == "/metrics" else {
            let status = HTTPResponseStatus.notFound
            return MetricsAnswer.send(status, "There is only GET /metrics here.\n", over: channel)
        }
        let page = page
        Task { MetricsAnswer.send(.ok, await page(), over: channel) }
    }
}

/// An answer and the end of its connection.
private enum MetricsAnswer {
    static func send(
        _ status: HTTPResponseStatus,
        _ text: String,
        over channel: any Channel
    ) {
        let bytes = channel.allocator.buffer(string: text)
        let headers: HTTPHeaders = [
            "content-type": "text/plain; version=0.0.4; charset=utf-8",
            "content-length": "\(bytes.readableBytes)", "connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}
