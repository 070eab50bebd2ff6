import Daemon
import ServiceLifecycle

/// The coordinator as systemd and the service group see it.
struct ServingUnit: Service {
    /// What serves.
    let server: CoordinatorServer

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await server.boundPort()
                ServiceNotification.ready.send()
            }
            group.addTask { try await server.run() }
            try await group.waitForAll()
        }
    }
}
