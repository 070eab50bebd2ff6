import Agent
import ArgumentParser
import Daemon
import Logging
import ServiceLifecycle
import UnixSignals

/// `node-agent run`: the service itself.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stay in touch with the coordinator and carry out what it assigns.",
        discussion: """
            Runs until SIGTERM or SIGINT. A step that runs then is interrupted and continued by \
            the next run. Where the coordinator cannot be reached, the agent tries again for \
            ever and reports later what it finished meanwhile. A certificate that is put into the \
            state directory is used from then on; SIGHUP makes the agent look at once. What \
            it may do at all is this server's owner's choice: see \(PolicyFile.standardPath).

              node-agent run
              node-agent run --state /tmp/seoul --host simulated:/tmp/machines/seoul
            """
    )

    @OptionGroup var state: StateOptions

    @OptionGroup var machine: MachineOptions

    @OptionGroup var policy: PolicyOptions

    @Option(
        help: ArgumentHelp("How much is logged.", valueName: "level")
    )
    var logLevel: LogLevel = .info

    func run() async throws {
        guard let enrolled = try AgentState.load(state.directory) else {
            throw AgentFailure.notEnrolled(in: state.directory)
        }
        let policy = try policy.load()
        // A unit that waits for agent.json starts while `enroll` is about to end.
        let lock = try StateLock(state.directory, patience: 2000)
        var logger = Logger(label: "node-agent") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        let machine = try machine.open(as: enrolled.settings.node)
        let service = try AgentService(
            enrolled,
            host: machine.host,
            machine: machine.reporter,
            policy: policy,
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [AgentUnit(service: service)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        withExtendedLifetime(lock) {}
    }
}

/// The agent as systemd and the service group see it.
private struct AgentUnit: Service {
    let service: AgentService

    func run() async throws {
        ServiceNotification.ready.send()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { service.reload() }
                }
                group.addTask { await Watchdog.asked?.keepAlive {} }
                group.addTask { await Self.staySmall() }
                await service.run()
                group.cancelAll()
            }
        }
        ServiceNotification.stopping.send()
    }

    /// Small servers have other uses for the memory than what a start or a rollout once touched.
    private static func staySmall() async {
        while (try? await Task.sleep(for: .seconds(60))) != nil { ProgramText.letGo() }
    }
}

/// swift-log's levels as an argument.
struct LogLevel: ExpressibleByArgument, Equatable, Sendable {
    static let info = LogLevel(level: .info)

    /// The level.
    let level: Logger.Level

    private init(level: Logger.Level) {
        self.level = level
    }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }

    var defaultValueDescription: String { level.rawValue }

    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
}
