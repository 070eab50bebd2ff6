import Logging
import Synchronization

/// Says in the log who was refused and why, but lets nobody fill it.
final class CallRefusals: Sendable {
    private let log = Mutex(RefusalLog())
    private let logger: Logger

    /// Nobody was refused yet.
    init(logger: Logger) {
        self.logger = logger
    }

    /// A peer, as gRPC writes its address, was refused.
    func note(_ reason: String, from peer: String) {
        let address = PeerAddress.address(of: peer)
        let entry = log.withLock { $0.refused(from: SourceNetwork(address: address)) }
        if entry.isTold {
            logger.note("A call was refused", [.address: address, .reason: reason])
        }
        guard entry.beginsWindow else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(RefusalLog.window))
            self?.summarize()
        }
    }

    private func summarize() {
        for line in log.withLock({ $0.summary() }) { logger.note("\(line)") }
    }
}
