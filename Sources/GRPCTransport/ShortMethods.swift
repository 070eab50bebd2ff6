internal import GRPCCore
internal import NIOCore

/// Which methods' handlers run on their connection's loop. That spares a call two changes of thread,
/// most of what a short one costs. A method that was called short and holds a loop up all the same
/// loses the privilege, so that it does so once and no more.
final class ShortMethods: Sendable {
    private let areShort: @Sendable (MethodDescriptor) -> Bool
    private let log: @Sendable (String) -> Void
    private let long = Mutex<Set<MethodDescriptor>>([])

    init(_ configuration: ServerConfiguration) {
        areShort = configuration.isShort
        log = configuration.log
    }

    /// Where the method's handler runs; nil is the global pool.
    func executor(for method: MethodDescriptor, on loop: any EventLoop) -> LoopExecutor? {
        guard areShort(method), !long.withLock({ $0.contains(method) }) else { return nil }
        return LoopExecutor(loop) { self.wasLong(method, $0) }
    }

    private func wasLong(_ method: MethodDescriptor, _ time: TimeAmount) {
        guard long.withLock({ $0.insert(method).inserted }) else { return }
        log(
            """
            \(method.fullyQualifiedMethod) held an event loop up for \
            \(time.nanoseconds / 1_000_000) ms; from now on it runs on the global pool
            """
        )
    }
}
