import Daemon
import Foundation
import GRPCCore
import GRPCTransport
import Logging
import Trust

/// How a coordinator is run.
struct CoordinatorOptions: Sendable {
    /// The address it listens on. Default: every address of the machine, IPv6 and IPv4.
    var listenHost: String?
    /// The TCP port; 0 takes a free one. Default: the one that `coordinator init` was told.
    var listenPort: Int?
    /// Whether K3s and Kilo are played by stand-ins; real machines are then refused.
    var usesStandInArtifacts = false
    /// A folder or URL that everything is fetched from instead of its own address.
    var artifactMirror: String?
    /// How many descriptors the process may have open, where that is known.
    var descriptors: Int?
    /// Where Prometheus may read numbers; nothing where nobody may.
    var metrics: ListenAddress?
    /// How dead connections are noticed.
    var keepalive = Keepalive()
    /// Where state changes are noted.
    var logger = Logger(label: "isthmus.coordinator")
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    /// All defaults.
    init() {}
}

/// Everything a coordinator consists of, but for the sockets.
struct CoordinatorServices: Sendable {
    /// What the coordinator is called.
    let configuration: CoordinatorConfiguration
    /// Who signs, and who is believed.
    let authorities: Authorities
    /// Who changes them.
    let rotation: RotationDriver
    /// Its memory.
    let store: Store
    /// Which agents are there.
    let registry: NodeRegistry
    /// Who follows rollouts.
    let watchers = RolloutWatchers()
    /// Which operators there are.
    let accounts: OperatorRegistry
    /// Which rollouts are at work.
    let driver: RolloutDriver
    /// Whether strangers are let in as far as enrolment.
    let gate: EnrollmentGate
    /// Who is connected, for those whose time is over.
    let connections = PeerConnections()
    /// Slows those who guess tokens.
    let throttle: EnrollmentThrottle
    /// What steps say.
    let logs: StepLogs
    /// What happens in the cluster.
    let events: EventHistory
    /// Who was refused.
    let refusals: CallRefusals
    /// Whether it serves.
    let health = HealthService()
    /// What it speaks.
    let reflection = ReflectionService()

    private let cache: ArtifactCache
    private let snapshots: SnapshotFolder
    private let mailbox = CheckMailbox()
    private let questions = NodeQuestions()
    private let paths = PathMemory()
    private let secretsFolder: String
    private let options: CoordinatorOptions

    /// Opens a state folder. Its lock is the caller's concern.
    init(state: StateDirectory, options: CoordinatorOptions) async throws {
        self.options = options
        configuration = try state.configuration()
        secretsFolder = state.secrets
        authorities = Authorities(try AuthorityFiles(state: state).load())
        store = try Store(path: state.store)
        cache = try ArtifactCache(directory: state.artifacts)
        snapshots = SnapshotFolder(directory: state.snapshots)
        let (tokens, nodes) = try await store.read { db throws in
            (try JoinTokenTable.answerable(in: db), try NodeTable.count(in: db))
        }
        registry = NodeRegistry(known: nodes)
        accounts = OperatorRegistry(store: store, state: state, now: options.now)
        refusals = CallRefusals(logger: options.logger)
        gate = EnrollmentGate(tokens, now: options.now)
        throttle = EnrollmentThrottle(gate, logger: options.logger)
        logs = StepLogs(store: store, logger: options.logger)
        events = EventHistory(store: store, logger: options.logger)
        driver = RolloutDriver(
            DriverSurroundings(
                store: store,
                registry: registry,
                watchers: watchers,
                logs: logs,
                events: events,
                logger: options.logger,
                now: options.now
            )
        )
        rotation = RotationDriver(
            RotationDriver.Surroundings(
                state: state,
                configuration: configuration,
                authorities: authorities,
                store: store,
                registry: registry,
                connections: connections,
                logger: options.logger,
                now: options.now
            )
        )
    }

    /// What Prometheus reads.
    func metricsPage() async -> String {
        let listed = try? await operators.listing()
        return ClusterMetrics(
            nodes: listed?.nodes ?? [],
            rollouts: listed?.rollouts ?? [],
            paths: paths.latest
        ).page
    }

    /// What agents, operators and newcomers call.
    var all: [any RegistrableRPCService] {
        [enrollment, agentLink, operators, health, reflection]
    }

    /// What stands before all of them.
    var authorization: Authorization {
        Authorization(
            cluster: configuration.cluster,
            believes: authorities.believes,
            demand: demand
        ) { [refusals] in
            refusals.note($1, from: $0)
        }
    }

    /// Fails where the caller's certificate, with this serial number, counts no longer.
    func demand(_ caller: Caller, serial: String) async throws(ServiceFailure) {
        switch caller {
        case .newcomer: break
        case .agent(let agent): try await demand(agent)
        case .operator(let name): try await accounts.demand(name, serial: serial)
        }
    }

    private func demand(_ agent: CallingAgent) async throws(ServiceFailure) {
        let node = agent.node
        guard let row = try await store.serve({ db throws in try NodeTable.find(node, in: db) })
        else { throw .certificate(.unknownNode(node)) }
        do {
            try row.demand(serial: agent.serial)
        } catch {
            throw .certificate(error)
        }
    }

    /// Says farewell to everyone, so that their calls end by themselves.
    func drain() {
        health.stop()
        watchers.close()
        registry.drain()
        logs.bell.close()
        events.bell.close()
    }

    /// Writes what is not written yet, and closes the store.
    func close() async throws {
        await logs.flush()
        await events.flush()
        try store.close()
    }

    private var enrollment: EnrollmentService {
        EnrollmentService(
            cluster: configuration.cluster,
            authorities: authorities,
            store: store,
            connections: connections,
            throttle: throttle,
            events: events,
            logger: options.logger,
            now: options.now
        )
    }

    private var agentLink: AgentLinkService {
        AgentLinkService(
            cluster: configuration.cluster,
            authorities: authorities,
            store: store,
            registry: registry,
            driver: driver,
            mailbox: mailbox,
            questions: questions,
            cache: cache,
            snapshots: snapshots,
            gate: gate,
            events: events,
            refusals: refusals,
            logger: options.logger,
            now: options.now
        )
    }

    private var operators: OperatorService {
        OperatorService(
            authorities: authorities,
            rotation: rotation,
            store: store,
            registry: registry,
            accounts: accounts,
            driver: driver,
            watchers: watchers,
            mailbox: mailbox,
            questions: questions,
            paths: paths,
            publishing: options.usesStandInArtifacts
                ? nil : TunnelRemoval(secrets: PlanSecrets(folder: secretsFolder)),
            preparation: RolloutPreparation(
                cluster: configuration.cluster,
                store: store,
                registry: registry,
                artifacts: artifacts,
                access: options.usesStandInArtifacts
                    ? StandInAccess()
                    : GenuineAccess(secrets: PlanSecrets(folder: secretsFolder))
            ),
            cache: cache,
            snapshots: snapshots,
            gate: gate,
            connections: connections,
            logs: logs,
            events: events,
            logger: options.logger,
            now: options.now
        )
    }

    private var artifacts: any ArtifactProvider {
        if options.usesStandInArtifacts { return StandInArtifacts(cache: cache) }
        return UpstreamArtifacts(
            cache: cache,
            store: store,
            mirror: options.artifactMirror.map { ArtifactMirror($0) },
            now: options.now
        )
    }
}
