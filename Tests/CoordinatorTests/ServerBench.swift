import Foundation
import GRPCCore
import GRPCTransport
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

typealias WireClient = GRPCClient<HTTP2ClientTransport>

/// A coordinator as it is run, on loopback, with a state of its own, and clients of every kind.
final class ServerBench: Sendable {
    let folder: TemporaryFolder
    let state: StateDirectory
    let server: CoordinatorServer
    let port: Int
    private let running: Task<Void, any Error>

    /// Starts a coordinator on an earlier one's folder, or on a new one.
    init(
        _ folder: TemporaryFolder? = nil,
        port: Int = 0,
        options change: (inout CoordinatorOptions) -> Void = { _ in }
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        state = StateDirectory(folder.path + "/state")
        if (try? state.configuration()) == nil {
            try Initialization(cluster: "test", address: "127.0.0.1").run(in: state)
        }
        var options = CoordinatorOptions()
        options.listenHost = "127.0.0.1"
        options.listenPort = port
        options.usesStandInArtifacts = true
        options.logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        change(&options)
        let server = try await CoordinatorServer(state: state, options: options)
        self.server = server
        running = Task { try await server.run() }
        self.port = try await server.boundPort()
    }

    /// Ends it as a signal would, and waits.
    func stop() async throws {
        server.beginGracefulShutdown()
        try await running.value
    }

    /// A coordinator for the length of a test.
    static func run(
        options change: (inout CoordinatorOptions) -> Void = { _ in },
        _ body: (ServerBench) async throws -> Void
    ) async throws {
        let bench = try await ServerBench(options: change)
        do {
            try await body(bench)
        } catch {
            try? await bench.stop()
            throw error
        }
        try await bench.stop()
    }

    /// Calls with a credential; none enrols.
    func calling<Result: Sendable>(
        as credential: Credential?,
        _ body: (WireClient) async throws -> Result
    ) async throws -> Result {
        let authority = try Credential.load(from: state.authority)
        let pin = try Certificate(pem: authority.certificate).publicKeySHA256
        let identity = credential.map {
            TLSIdentity(
                certificate: $0.certificate,
                key: $0.key.reveal(),
                authorities: $0.authorities
            )
        }
        let configuration = ClientConfiguration(
            host: "127.0.0.1",
            port: port,
            trust: credential == nil
                ? .pinnedAuthority(publicKeySHA256: pin)
                : .authorities(
                    pem: authority.certificate,
                    uri: SPIFFEIdentity.coordinator(cluster: "test").uri
                ),
            identity: identity
        )
        return try await withGRPCClient(transport: HTTP2ClientTransport(configuration)) {
            try await body($0)
        }
    }

    /// Calls as the operator of this machine.
    func operating<Result: Sendable>(
        _ body: (WireOperator.Client<HTTP2ClientTransport>) async throws -> Result
    )
        async throws -> Result
    {
        try await calling(as: try Credential.load(from: state.operator)) {
            try await body(WireOperator.Client(wrapping: $0))
        }
    }

    /// A token for a node, as the operator makes one.
    func token(for node: String) async throws -> String {
        try await operating { client in
            try await client.createToken(
                .with {
                    $0.nodeID = node
                    $0.timeToLive = 600
                }
            ).token
        }
    }

    /// Asks for another certificate with one that a node has.
    func renew(_ credential: Credential) async throws -> Credential {
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "node", key: key)
        let answer = try await calling(as: credential) { client in
            try await WireAgentLink.Client(wrapping: client).renew(
                .with { $0.certificateRequest = request.pem }
            )
        }
        return Credential(
            certificate: answer.certificate,
            key: try key.pem(),
            authorities: answer.certificateAuthority
        )
    }

    /// Says hello with a credential, and runs `body` while the session is open; then waits until
    /// the coordinator ends it, if `body` does not say so.
    func session(
        as credential: Credential,
        _ body: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        try await calling(as: credential) { client in
            let request = StreamingClientRequest<WireAgentMessage> { writer in
                try await writer.write(.with { $0.hello.facts.hostname = "machine" })
                try await Task.sleep(for: .seconds(600))
            }
            try await WireAgentLink.Client(wrapping: client).session(request: request) { response in
                for try await message in response.messages {
                    guard case .welcome? = message.message else { continue }
                    try await body()
                }
            }
        }
    }

    /// How a hello with a credential is refused; nothing where it is welcomed.
    func refusal(of credential: Credential) async -> RPCError? {
        struct Welcomed: Error {}
        do {
            try await session(as: credential) { throw Welcomed() }
            return RPCError(code: .unknown, message: "ended without a welcome")
        } catch {
            return error as? RPCError
        }
    }

    /// Enrols a node with a token, and returns what it would keep.
    func enrol(_ token: String, key: PrivateKey? = nil) async throws -> Credential {
        let key = try key ?? PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: "node", key: key)
        let answer = try await calling(as: nil) { client in
            try await WireEnrollment.Client(wrapping: client).enroll(
                .with {
                    $0.token = token
                    $0.certificateRequest = request.pem
                    $0.facts.hostname = "machine"
                }
            )
        }
        return Credential(
            certificate: answer.certificate,
            key: try key.pem(),
            authorities: answer.certificateAuthority
        )
    }
}
