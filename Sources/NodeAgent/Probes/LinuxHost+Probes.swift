import Glibc
import Plan
import Preflight
import Synchronization

/// What a host has open for others, and under which key it probes them.
final class ProbePost: Sendable {
    private struct State {
        var listening = StopSign()
        var key = Secret([])
        var ownPort: UInt16 = 0
    }

    private let state = Mutex(State())

    /// Opens what is ordered in place of what was open.
    func open(_ order: ListeningOrder) -> ListeningReport {
        close()
        let listening = StopSign()
        let report = ProbeListener.open(order, until: listening)
        // A port for all measurements of the run; taken here only to learn which one is free.
        let probe = Socket.open(SOCK_DGRAM)
        let ownPort = probe?.bind(port: 0) == 0 ? probe?.ownPort ?? 0 : 0
        state.withLock { $0 = State(listening: listening, key: order.key, ownPort: ownPort) }
        return report
    }

    /// Closes everything and forgets the key.
    func close() {
        state.withLock { state in
            state.listening.set()
            state = State()
        }
    }

    /// Measures under the present key.
    func measure(_ order: PathOrder) async -> PathMeasurement {
        let (key, ownPort) = state.withLock { ($0.key, $0.ownPort) }
        let stop = StopSign()
        let probe = PathProbe(order: order, key: key, ownPort: ownPort, stop: stop)
        return await withTaskCancellationHandler {
            await OwnThread.run { probe.run() } ?? PathMeasurement()
        } onCancel: {
            stop.set()
        }
    }
}

extension LinuxHost: NetworkProber {
    func listen(_ order: ListeningOrder) async -> ListeningReport { probes.open(order) }

    func measure(_ order: PathOrder) async -> PathMeasurement { await probes.measure(order) }

    func stopListening() async { probes.close() }
}
