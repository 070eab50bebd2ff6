import ArgumentParser
import Daemon
import GRPCCore
import Logging
import ServiceLifecycle
import UnixSignals

/// `coordinator serve`.
struct CoordinatorServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the coordinator until SIGTERM or SIGINT.",
        discussion: """
            Takes up again every rollout that a crash or a stop interrupted. Tells systemd when it \
            is ready, where the unit asks for it (Type=notify). Logs to standard error. A certificate \
            that is put into the state folder is shown from then on; SIGHUP makes it look at once.

            EXAMPLE
              sudo coordinator serve
              coordinator serve --state ./state --listen 127.0.0.1:7443 \\
                --stand-in-artifacts

            EXIT CODES
              0 stopped by a signal, 1 failed, 2 wrong usage
            """
    )

    @OptionGroup var state: StateOption

    @Option(
        name: .customLong("settings"),
        help: ArgumentHelp(
            "A file of settings; for the standard state folder \(ServerSettingsFile.standardPath), where it exists.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var settingsFile: String?

    @Option(
        help: ArgumentHelp(
            "Where to listen; every address, IPv6 and IPv4, with the port given to init where nothing is said.",
            valueName: "host:port"
        )
    )
    var listen: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "A folder or URL that artifacts are taken from instead of their own addresses.",
            valueName: "dir|url"
        )
    )
    var artifactMirror: String?

    @Option(
        help: ArgumentHelp(
            "Where Prometheus may read numbers, without any proof of who it is; nowhere where nothing is said.",
            discussion: "An address without a host, as :9464, is the loopback's.",
            valueName: "host:port"
        )
    )
    var metrics: ListenAddress?

    @Flag(help: "Play K3s and Kilo with stand-ins; real machines are then refused.")
    var standInArtifacts = false

    @Option(
        help: ArgumentHelp(
            "How much is logged: trace, debug, info, notice, warning, error or critical; info where nothing is said.",
            valueName: "level"
        ),
        transform: level
    )
    var logLevel: Logger.Level?

    func run() async throws {
        var settings = try ServerSettingsFile.load(settingsFile, for: state.directory)
        settings.listen = listen ?? settings.listen
        settings.metrics = metrics ?? settings.metrics
        settings.artifactMirror = artifactMirror ?? settings.artifactMirror
        settings.logLevel = logLevel ?? settings.logLevel
        try await serve(settings)
    }

    private func serve(_ settings: ServerSettings) async throws {
        var logger = Logger(
            label: "coordinator",
            factory: { StreamLogHandler.standardError(label: $0) }
        )
        logger.logLevel = settings.logLevel ?? .info
        let descriptors = DescriptorLimit.raise()
        logger.note("This process may open files and sockets", [.descriptors: "\(descriptors)"])
        do {
            let server = try await CoordinatorServer(
                state: state.directory,
                options: options(settings, logger, descriptors: descriptors)
            )
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [ServingUnit(server: server)],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: logger
                )
            )
            try await group.run()
        } catch let failure as StateFailure {
            throw CommandFailure.state(failure)
        } catch let error as RPCError {
            throw CommandFailure(
                "the coordinator cannot serve: \(error.message)",
                advice: ["Choose another place with --listen HOST:PORT."]
            )
        } catch {
            throw CommandFailure(
                "the coordinator cannot serve with \(state.directory.path): \(error)"
            )
        }
    }

    private func options(
        _ settings: ServerSettings,
        _ logger: Logger,
        descriptors: UInt64
    ) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        if descriptors > 0 { options.descriptors = Int(clamping: descriptors) }
        if let listen = settings.listen {
            options.listenHost = listen.host
            options.listenPort = listen.port
        }
        options.metrics = settings.metrics
        options.artifactMirror = settings.artifactMirror
        options.usesStandInArtifacts = standInArtifacts
        options.logger = logger
        return options
    }

    private static func level(_ word: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: word) else {
            throw ValidationError("'\(word)' is no log level.")
        }
        return level
    }
}
