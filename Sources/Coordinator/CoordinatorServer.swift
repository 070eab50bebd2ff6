import Daemon
import Foundation
import GRPCCore
import GRPCTransport
import Logging
import Plan
import ServiceLifecycle
import Synchronization
import Trust

/// The coordinator at work: one port for agents, operators and newcomers, until a graceful
/// shutdown. Rollouts stop where they are then, and go on at the next start.
final class CoordinatorServer: Service {
    private let state: StateDirectory
    private let options: CoordinatorOptions
    /// What it consists of beside the sockets.
    let services: CoordinatorServices
    private let transport: HTTP2ServerTransport
    private let server: GRPCServer<HTTP2ServerTransport>
    private let lock: StateLock
    private let files: Mutex<Files>

    /// The credential in use, and where another would appear.
    private struct Files {
        var known: Credential
        var watch: CredentialWatch
    }

    /// How often it looks whether its certificate is due.
    private static let renewalInterval = Duration.seconds(6 * 3600)
    /// How often it looks whether somebody else put another into its place.
    private static let lookInterval = Duration.seconds(3)

    /// Opens the state; listens to nobody yet.
    ///
    /// - Throws: `StateFailure`, `StoreFailure`, `TrustFailure` or `ArtifactFailure`.
    init(state: StateDirectory, options: CoordinatorOptions) async throws {
        self.state = state
        self.options = options
        let configuration = try state.configuration()
        lock = try state.lock()
        services = try await CoordinatorServices(state: state, options: options)
        _ = try await services.rotation.renewOwnCredentials()
        let credential = try Credential.load(from: state.coordinator)
        files = Mutex(
            Files(
                known: credential,
                watch: CredentialWatch(
                    directory: state.coordinator,
                    identity: .coordinator(cluster: configuration.cluster)
                )
            )
        )
        var listening = ServerConfiguration(
            host: options.listenHost,
            port: options.listenPort ?? configuration.port,
            identity: TLSIdentity(credential)
        )
        if let descriptors = options.descriptors { listening.fit(descriptors: descriptors) }
        listening.keepalive = options.keepalive
        listening.acceptsEnrollment = { [gate = services.gate] in gate.isOpen }
        listening.isShort = { HealthService.shortMethods.contains($0) }
        listening.log = { [logger = options.logger] in logger.note("\($0)") }
        listening.greeted = Doorkeeper(services).greet
        transport = HTTP2ServerTransport(listening)
        services.connections.follow(transport)
        await services.rotation.follow { [transport] in
            try transport.replaceIdentity(TLSIdentity(try .load(from: state.coordinator)))
        }
        server = GRPCServer(
            transport: transport,
            services: services.all,
            interceptors: [services.authorization]
        )
    }

    /// The port it listens on, once it does.
    func boundPort() async throws -> Int {
        try await transport.boundPort()
    }

    /// Serves until a graceful shutdown, or until the task is cancelled.
    func run() async throws {
        defer {
            // Where it never came to listening, nobody shall wait for its port.
            transport.beginGracefulShutdown()
            lock.release()
        }
        // Before any agent is heard: a result must find the rollout that waits for it.
        try await services.driver.resume()
        do {
            try await serve()
        } catch {
            await services.driver.stop()
            throw error
        }
        await services.driver.stop()
        try await services.close()
    }

    /// Says farewell to all and lets their calls end. `run` returns soon after.
    func beginGracefulShutdown() {
        options.logger.note("The coordinator stops")
        services.events.note(.coordinatorStopping(at: options.now()))
        services.drain()
        server.beginGracefulShutdown()
    }

    /// Comes back where tasks run and the store answers.
    func proveAlive() async throws {
        try await services.store.read { _ in }
    }

    private func serve() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.server.serve() }
                group.addTask { try await self.announce() }
                group.addTask { await self.renewCertificates() }
                group.addTask { await self.watchFiles() }
                group.addTask { await self.endExpiredConnections() }
                if let address = options.metrics {
                    group.addTask { await self.tellMetrics(at: address) }
                }
                defer { group.cancelAll() }
                // The announcement ends first; whatever ends next is the end of serving.
                try await group.next()
                try await group.next()
            }
        } onGracefulShutdown: {
            self.beginGracefulShutdown()
        }
    }

    private func announce() async throws {
        let port = try await boundPort()
        options.logger.note(
            "The coordinator serves",
            [.cluster: services.configuration.cluster, .port: String(port)]
        )
        services.events.note(
            .coordinatorStarted(release: Release.version, at: options.now())
        )
    }

    /// Nobody's rollout is worth less because nobody counts it: where the numbers cannot be told, the log says
    /// so, and all else goes on.
    private func tellMetrics(at address: ListenAddress) async {
        let server = MetricsServer(
            host: address.host ?? "127.0.0.1",
            port: address.port,
            page: services.metricsPage
        )
        do {
            try await server.run { [logger = options.logger] port in
                logger.note("Prometheus may read metrics", [.port: String(port)])
            }
        } catch {
            options.logger.complain("Metrics cannot be told", [.error: "\(error)"])
        }
        // The end of this task shall not be the end of serving.
        try? await Task.sleep(for: .seconds(1 << 31))
    }

    /// The wall clock is asked again and again: it may jump, and a machine may sleep.
    private func endExpiredConnections() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            for connection in services.connections.endExpired(at: options.now()) {
                options.logger.note(
                    "A connection ended with its certificate",
                    [.address: connection.address, .peer: connection.peer.uris.joined()]
                )
            }
        }
    }

    private func renewCertificates() async {
        while (try? await Task.sleep(for: Self.renewalInterval)) != nil {
            do {
                guard try await services.rotation.renewOwnCredentials() else { continue }
                options.logger.note("The coordinator's certificate was renewed")
                reload()
            } catch {
                options.logger.complain(
                    "The coordinator's certificate was not renewed",
                    [.error: "\(error)"]
                )
            }
        }
    }

    private func watchFiles() async {
        while (try? await Task.sleep(for: Self.lookInterval)) != nil { reload() }
    }

    /// Somebody asks for a look at once, and hears in the log that there was one.
    func reloadWhenAsked() {
        options.logger.note("Asked to look for another credential in \(state.coordinator)")
        reload()
    }

    /// Looks whether another credential lies in the state folder, and shows it to those who connect
    /// from now on, if it is sound. By itself the coordinator looks every few seconds.
    func reload() {
        files.withLock { files in
            switch files.watch.look(known: files.known, now: options.now()) {
            case .same: break
            case .changed(let credential, let certificate):
                do {
                    try transport.replaceIdentity(TLSIdentity(credential))
                    files.known = credential
                    options.logger.note(
                        "The coordinator shows another certificate from now on",
                        [.expires: String(certificate.notAfter)]
                    )
                } catch {
                    complain(of: "\(error)")
                }
            case .unusable(let reason): complain(of: reason)
            }
        }
    }

    private func complain(of reason: String) {
        options.logger.complain(
            "The credential in \(state.coordinator) cannot be used; the one before stays in use",
            [.error: reason]
        )
    }
}

extension TLSIdentity {
    /// What the coordinator shows to those who call it.
    init(_ credential: Credential) {
        self.init(
            certificate: credential.certificate,
            key: credential.key.reveal(),
            authorities: credential.authorities
        )
    }
}
