import Daemon
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import Trust

/// The operator's way to the coordinator: the address and the credential that a state folder holds.
struct OperatorConnection: Sendable {
    /// Those services of the coordinator that an operator may use.
    typealias Client = WireOperator.Client<HTTP2ClientTransport>

    private let configuration: CoordinatorConfiguration
    private let credential: Credential
    private let suffix: String

    /// Reads the folder that an operator named.
    init(_ state: StateOption) throws(CommandFailure) {
        try self.init(state.directory, suffix: state.suffix)
    }

    /// Reads a folder.
    ///
    /// - Parameters:
    ///   - state: The folder.
    ///   - port: The TCP port, where it is another than `coordinator init` was told.
    ///   - suffix: What the operator's commands end in: an option with a space before it.
    /// - Throws: What is wrong with the folder or with what is in it.
    init(_ state: StateDirectory, port: Int? = nil, suffix: String = "") throws(CommandFailure) {
        self.suffix = suffix
        do {
            var configuration = try state.configuration()
            if let port { configuration.port = port }
            self.configuration = configuration
            credential = try Credential.load(from: state.operator)
        } catch let failure as StateFailure {
            throw .state(failure)
        } catch {
            throw CommandFailure(
                "the operator's credential cannot be used: \(error)",
                advice: ["Run the command as the user who ran coordinator init."]
            )
        }
    }

    /// `HOST:PORT`.
    var address: String {
        Endpoint(host: configuration.address, port: configuration.port).description
    }

    /// Opens the connection, hands it to `body`, and closes it; errors are said for people.
    func run<Result: Sendable>(
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let identity = SPIFFEIdentity.coordinator(cluster: configuration.cluster)
        var calling = ClientConfiguration(
            host: configuration.address,
            port: configuration.port,
            trust: .authorities(pem: credential.authorities, uri: identity.uri),
            identity: TLSIdentity(
                certificate: credential.certificate,
                key: credential.key.reveal(),
                authorities: credential.authorities
            )
        )
        calling.userAgent = Release.userAgent
        // The first event of a rollout names every step and what it builds on: 6 MB for 500 hosts, each of
        // which proves the mesh after all others have joined.
        calling.limits.messageBytes = 64 * 1024 * 1024
        let transport = HTTP2ClientTransport(calling)
        do {
            return try await withGRPCClient(transport: transport) { client in
                try await body(Client(wrapping: client))
            }
        } catch let error as RPCError {
            throw CommandFailure.answer(error, address: address, suffix: suffix)
        }
    }
}

extension CommandFailure {
    /// A state folder that cannot be used.
    static func state(_ failure: StateFailure) -> CommandFailure {
        switch failure {
        case .unusable(let path, _):
            CommandFailure(
                failure.description,
                advice: [
                    "Run the command as the user who ran coordinator init for \(path) "
                        + "(sudo, where that was root), or name another folder with --state."
                ]
            )
        case .invalid: CommandFailure(failure.description, code: .usage)
        case .missing, .halfMade, .exists, .inUse, .foreign, .damaged:
            CommandFailure(failure.description)
        }
    }

    /// What the coordinator answered, or that it did not.
    static func answer(
        _ error: RPCError,
        address: String,
        suffix: String
    ) -> CommandFailure {
        switch error.code {
        case .unavailable:
            CommandFailure(
                "the coordinator at \(address) cannot be reached: \(error.message)",
                advice: [
                    "Is it running? On its machine: coordinator serve\(suffix)"
                ]
            )
        case .deadlineExceeded:
            CommandFailure(
                "the coordinator at \(address) did not answer in time",
                advice: ["Look at its log, or try again."]
            )
        case .unauthenticated, .permissionDenied:
            CommandFailure(
                "the coordinator at \(address) refuses this operator: \(error.message)",
                advice: ["Name the state folder of that coordinator with --state."]
            )
        case .invalidArgument: CommandFailure(error.message, code: .usage)
        case .unimplemented:
            CommandFailure(
                "the coordinator at \(address) does not know this command",
                advice: ["It is of another release than this program: upgrade the older one."]
            )
        default: CommandFailure(error.message)
        }
    }
}

extension CallOptions {
    /// For a question that is answered at once.
    static var short: CallOptions { timeout(.seconds(30)) }

    /// For a beginning that may have to fetch release data first.
    static var patient: CallOptions { timeout(.seconds(600)) }

    private static func timeout(_ duration: Duration) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = duration
        return options
    }
}
