import Daemon
import ServiceLifecycle

/// The coordinator as systemd and the service group see it.
struct ServingUnit: Service {
    /// What serves.
    let server: CoordinatorServer

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Why there is no port is what `run` throws.
                guard (try? await server.boundPort()) != nil else { return }
                ServiceNotification.ready.send()
            }
            group.addTask { try await server.run() }
            try await group.waitForAll()
        }
    }
}
