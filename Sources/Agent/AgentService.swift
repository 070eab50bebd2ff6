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
    private let keepalive: Keepalive
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
        keepalive: Keepalive = Keepalive(),
        logger: Logger,
        decode: @escaping StepExecution.Decode
    ) throws(AgentFailure) {
        var logger = logger
        logger[metadataKey: LogKey.node.rawValue] = "\(state.settings.node)"
        settings = state.settings
        self.machine = machine
        connection = CoordinatorConnection()
        do {
            renewal = try Renewal(of: state, logger: logger)
            assignments = Assignments(
                journal: try ExecutionJournal(stateDirectory: state.directory, logger: logger),
                execution: StepExecution(
                    host: host,
                    artifacts: PolicedArtifactSource(
                        policy: policy,
                        source: CoordinatorArtifactSource(connection)
                    ),
                    deposits: CoordinatorDepositSink(connection),
                    policy: policy,
                    decode: decode
                ),
                logger: logger
            )
        } catch {
            throw AgentFailure("the agent cannot start: \(error)")
        }
        self.delay = delay
        self.keepalive = keepalive
        self.logger = logger
        logger.info("policy: \(policy.summary)")
    }

    /// Runs until the task is cancelled. Steps that run then are interrupted; they are checked again
    /// and continued when an agent runs once more.
    public func run() async {
        let (events, inbox) = AsyncStream.makeStream(of: LinkEvent.self)
        await withDiscardingTaskGroup { group in
            group.addTask { await renewal.watchFiles() }
            group.addTask {
                await renewal.tellChanges { inbox.yield(.succession(.credentialChanged)) }
            }
            var driver = LinkDriver(delay: delay, inbox: inbox, logger: logger) { number, last in
                link(number, after: last, telling: inbox)
            }
            inbox.yield(.succession(.paused))
            for await event in events { driver.handle(event, in: &group) }
            group.cancelAll()
        }
        await assignments.stop()
        logger.info("agent stopped")
    }

    /// Looks at once whether another credential lies in the state directory; by itself the agent looks
    /// every few seconds.
    public func reload() {
        logger.info("asked to look for another credential")
        renewal.look()
    }

    private func link(
        _ number: LinkSuccession.Number,
        after predecessor: Link?,
        telling inbox: AsyncStream<LinkEvent>.Continuation
    ) -> Link {
        let credential = renewal.credential
        return Link(configuration(with: credential)) { client in
            Session(
                number,
                client: client,
                assignments: assignments,
                connection: connection,
                renewal: renewal,
                machine: machine,
                logger: logger,
                predecessor: predecessor?.lastWords,
                tellWelcome: { spread in
                    inbox.yield(.spread(spread))
                    inbox.yield(.succession(.welcomed(number)))
                },
                tellDrain: { inbox.yield(.spread($0)) }
            )
        }
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
        configuration.keepalive = keepalive
        return configuration
    }
}
