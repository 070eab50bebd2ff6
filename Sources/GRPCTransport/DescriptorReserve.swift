internal import Glibc
internal import NIOCore

/// The last descriptors of the process, which no connection gets.
///
/// Whatever a server's own bounds are, the limit may be lowered while it runs. libdispatch opens a file
/// of /proc for each of its busy threads once a second, and ends the process where it gets no
/// descriptor for that (`_dispatch_workq_monitor_pools` in its workqueue.c).
enum DescriptorReserve {
    /// How many, at most; where the limit is low, a quarter of it.
    private static let most = 128
    /// How long a listener rests that has come upon them.
    private static let pause = TimeAmount.milliseconds(100)

    /// Whether a connection has one of the last: the kernel gives the lowest number that is free.
    /// Called on the connection's loop.
    static func holds(_ channel: any Channel) -> Bool {
        let number = try? channel.pipeline.syncOperations
            .withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { Int($0) }
        guard let number, let limit else { return false }
        return number >= limit - min(most, limit / 4)
    }

    /// Lets a listener accept nothing for a moment: trying again at once would be work for nothing.
    static func rest(_ listener: (any Channel)?) {
        guard let listener else { return }
        listener.setOption(.autoRead, value: false).whenComplete { _ in
            listener.eventLoop.scheduleTask(in: pause) {
                listener.setOption(.autoRead, value: true).whenComplete { _ in }
            }
        }
    }

    private static var limit: Int? {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}

/// Lets a listener rest that gets no descriptor or memory for a connection.
final class AcceptRest: ChannelInboundHandler {
    typealias InboundIn = any Channel

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError,
            [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        {
            DescriptorReserve.rest(context.channel)
        }
        context.fireErrorCaught(error)
    }
}
