import Daemon
import GRPCCore
import GRPCTransport
public import Logging
import Plan
import Protocol
public import Steps
import Trust

/// The agent at work: in touch with its coordinator for as long as it runs, carrying out what it is
/// assigned, also while the link is down.
public struct AgentService: Sendable {
    private let settings: AgentSettings
    private let machine: any MachineReporter
    private let renewal: Renewal
    private let connection: CoordinatorConnection
    private let assignments: Assignments
    private let delay: ReconnectDelay
    private let logger: Logger

    /// Opens the journal of the state directory. Fails where it or the certificate cannot be read.
    public init(
        _ state: AgentState,
        host: any Host,
        machine: any MachineReporter,
        policy: AgentPolicy = .everything,
        logger: Logger
    ) throws(AgentFailure) {
        try self.init(
            state,
            host: host,
            machine: machine,
            policy: policy,
            delay: ReconnectDelay(),
            logger: logger,
            decode: StepCatalog.decode(kind:parameters:)
        )
    }

    /// With step kinds of the caller's choice.
    init(
        _ state: AgentState,
        host: any Host,
        machine: any MachineReporter,
        policy: AgentPolicy = .everything,
        delay: ReconnectDelay,
        logger: Logger,
        decode: @escaping StepExecution.Decode
    ) throws(AgentFailure) {
        var logger = logger
        logger[metadataKey: LogKey.node.rawValue] = "\(state.settings.node)"
        settings = state.settings
        self.machine = machine
        connection = CoordinatorConnection()
        do {
            renewal = try Renewal(of: state)
            assignments = Assignments(
                journal: try ExecutionJournal(stateDirectory: state.directory, logger: logger),
                execution: StepExecution(
                    host: host,
                    artifacts: PolicedArtifactSource(
                        policy: policy,
                        source: CoordinatorArtifactSource(connection)
                    ),
                    policy: policy,
                    decode: decode
                ),
                logger: logger
            )
        } catch {
            throw AgentFailure("the agent cannot start: \(error)")
        }
        self.delay = delay
        self.logger = logger
        logger.info("policy: \(policy.summary)")
    }

    /// Runs until the task is cancelled. Steps that run then are interrupted; they are checked again
    /// and continued when an agent runs once more.
    public func run() async {
        var delay = delay
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let end = await connectOnce()
            if end.wasWelcomed { delay.noteSession(lasting: ContinuousClock.now - start) }
            let pause = delay.next(using: &generator)
            guard !Task.isCancelled else { break }
            log(end, delay: pause)
            try? await Task.sleep(for: .milliseconds(pause))
        }
        await assignments.stop()
        logger.info("agent stopped")
    }

    private func connectOnce() async -> SessionEnd {
        let credential = renewal.credential
        let transport = HTTP2ClientTransport(configuration(with: credential))
        let client = GRPCClient(transport: transport)
        let session = session(over: client, with: credential)
        return await withTaskGroup(of: SessionEnd?.self) { group in
            group.addTask {
                try? await client.runConnections()
                return nil
            }
            group.addTask { await session.run() }
            var end: SessionEnd?
            while end == nil, let next = await group.next() { end = next }
            client.beginGracefulShutdown()
            group.cancelAll()
            return end ?? .failed("the connection ended", wasWelcomed: false)
        }
    }

    private func session(
        over client: GRPCClient<HTTP2ClientTransport>,
        with credential: Credential
    ) -> Session {
        Session(
            client: CoordinatorClient(wrapping: client),
            assignments: assignments,
            connection: connection,
            renewal: renewal,
            credential: credential,
            machine: machine,
            logger: logger
        )
    }

    private func configuration(with credential: Credential) -> ClientConfiguration {
        var configuration = ClientConfiguration(
            host: settings.host,
            port: Int(settings.port),
            trust: .authorities(pem: credential.authorities, uri: settings.coordinatorURI),
            identity: TLSIdentity(
                certificate: credential.certificate,
                key: credential.key.reveal(),
                authorities: credential.authorities
            )
        )
        configuration.userAgent = Release.userAgent
        // What may be under way bounds how fast artifacts come: over a path with a round trip of
        // 150 ms, the default of 64 KiB would be 430 kB/s.
        configuration.limits.unreadBytesPerCall = 1024 * 1024
        return configuration
    }

    private func log(_ end: SessionEnd, delay: Int64) {
        switch end {
        case .drained, .renewed:
            logger.log(
                .info,
                "session ended",
                [.reason: end.words, .coordinator: settings.coordinator, .delay: "\(delay)"]
            )
        case .failed:
            let hasExpired = renewal.expires <= WallClock.now()
            let advice = hasExpired ? "; this agent's certificate has expired: enrol again" : ""
            logger.log(
                .warning,
                "no link to the coordinator",
                [
                    .reason: end.words + advice, .coordinator: settings.coordinator,
                    .delay: "\(delay)",
                ]
            )
        }
    }
}
