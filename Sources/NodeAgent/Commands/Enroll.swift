import Agent
import ArgumentParser
import Plan
import Trust

/// `node-agent enroll`: a join token against a certificate.
struct Enroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Join this machine to a cluster, once.",
        discussion: """
            The operator makes a token on the coordinator and hands it over; it works once, for one \
            node, for a while. The agent makes its key here, knows the right coordinator by the \
            token, and stores a certificate. Without --token-file the token is asked for. Where the \
            package's unit is there it is started then.

              coordinator token create --node kube-seoul > token      (on the coordinator)
              node-agent enroll --coordinator 203.0.113.10:7443 --token-file token
              ssh coordinator coordinator token create --node kube-seoul \\
                | node-agent enroll --coordinator 203.0.113.10 --token-file -
            """
    )

    @Option(help: ArgumentHelp("Where the coordinator listens.", valueName: "host[:port]"))
    var coordinator: CoordinatorAddress

    @Option(
        help: ArgumentHelp(
            "The file that the token is in; - reads it from the standard input.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @OptionGroup var state: StateOptions

    @OptionGroup var machine: MachineOptions

    @Flag(help: "Take the place of an earlier enrolment.")
    var force = false

    @Flag(help: "Leave the package's unit as it is.")
    var noStart = false

    func run() async throws {
        let settings = try await enroll()
        Terminal.say(
            """
            Enrolled as \(settings.node) of cluster \(settings.cluster), coordinator \
            \(settings.coordinator).
            """
        )
        if !noStart, state.isStandard, machine.host == .linux, try await PackagedUnit().start() {
            Terminal.say("The agent runs: systemctl status isthmus-agent")
        } else {
            Terminal.say(
                state.isStandard
                    ? "Next: systemctl start isthmus-agent"
                    : "Next: node-agent run --state \(state.directory)"
            )
        }
    }

    /// Has the directory's lock only while it lasts: the unit takes it next.
    private func enroll() async throws -> AgentSettings {
        let lock = try StateLock(state.directory)
        let machine = try machine.open(as: nil)
        let token = try JoinTokenInput(file: tokenFile).read()
        let enrolled = try await Enrollment.enroll(
            host: coordinator.host,
            port: coordinator.port,
            token: token,
            machine: machine.reporter,
            stateDirectory: state.directory,
            replacing: force
        )
        withExtendedLifetime(lock) {}
        return enrolled.settings
    }
}
