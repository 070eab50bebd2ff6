internal import GRPCCore

/// One handler at work on one call, in a task of its own on the global pool.
struct HandlerRun: Sendable {
    static let deadlineExceeded = RPCError(
        code: .deadlineExceeded,
        message: "The call's deadline has passed."
    )

    let head: RequestHead
    let stream: CallStream
    let peer: ServerPeer?
    let deadline: ContinuousClock.Instant?
    let handler: ServerCalls.Handler

    @concurrent
    func run() async {
        await withServerContextRPCCancellationHandle { handle in
            stream.attach(handle)
            var context = ServerContext(
                descriptor: head.method,
                remotePeer: stream.connection.remote,
                localPeer: stream.connection.local,
                cancellation: handle
            )
            context.transportSpecific = peer
            let rpc = RPCStream<HTTP2ServerTransport.Inbound, HTTP2ServerTransport.Outbound>(
                descriptor: head.method,
                inbound: RPCAsyncSequence(wrapping: ServerInbound(stream: stream)),
                outbound: RPCWriter.Closable(wrapping: ServerOutbound(stream: stream))
            )
            await withRPCCancellationHandler {
                await handler(rpc, context)
            } onCancelRPC: {
                cancelled()
            }
        }
        stream.connection.handlerEnded(stream)
    }

    /// Somebody cancelled the call through its context: GRPCCore at the deadline, or the handler. To
    /// GRPCCore that is only a hint; here the call's reads and writes fail, and the client learns why.
    private func cancelled() {
        guard !stream.isAskedToStop else { return }
        let isLate = deadline.map { $0 <= .now } ?? false
        let error =
            isLate
            ? Self.deadlineExceeded
            : RPCError(code: .cancelled, message: "The server cancelled the call.")
        guard stream.close(error) else { return }
        stream.connection.refuse(stream, Status(error))
    }
}
