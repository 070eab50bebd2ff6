import Daemon
import ServiceLifecycle
import UnixSignals

/// The coordinator as systemd and the service group see it.
struct ServingUnit: Service {
    /// What serves.
    let server: CoordinatorServer

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                // Why there is no port is what `run` throws.
                guard (try? await server.boundPort()) != nil else { return false }
                ServiceNotification.ready.send()
                await Watchdog.asked?.keepAlive { try await server.proveAlive() }
                return false
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sighup) {
                    server.reloadWhenAsked()
                }
                return false
            }
            group.addTask {
                try await server.run()
                return true
            }
            while let isOver = try await group.next(), !isOver {}
            group.cancelAll()
        }
    }
}
