internal import NIOCore

/// An event loop as an executor of tasks. What runs there must not block: it holds up every connection
/// of the loop.
final class LoopExecutor: TaskExecutor {
    /// A run on the loop without a pause that is longer than this is too long.
    static let longestRun = TimeAmount.milliseconds(100)

    private let loop: any EventLoop
    private let tooLong: (@Sendable (TimeAmount) -> Void)?

    /// - Parameters:
    ///   - loop: Where the tasks run.
    ///   - tooLong: Told of every run over `longestRun`, and how long it was.
    init(_ loop: any EventLoop, tooLong: (@Sendable (TimeAmount) -> Void)? = nil) {
        self.loop = loop
        self.tooLong = tooLong
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { self.run(job) }
    }

    private func run(_ job: UnownedJob) {
        guard let tooLong else { return job.runSynchronously(on: asUnownedTaskExecutor()) }
        let begun = NIODeadline.now()
        job.runSynchronously(on: asUnownedTaskExecutor())
        let time = NIODeadline.now() - begun
        if time > Self.longestRun { tooLong(time) }
    }
}
