import Daemon
import FoundationEssentials
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

@testable import Agent

/// A coordinator in miniature: it says what a test tells it and remembers what it heard.
final class TestCoordinator: Sendable {
    static let cluster = "three-clouds"
    static let node = HostID("kube-seoul")

    let authority: CertificateAuthority
    let service = TestAgentLink()
    let enrollment = TestEnrollment()
    private let identity: TLSIdentity
    private let running = Mutex<
        (server: GRPCServer<HTTP2ServerTransport>, task: Task<Void, Never>)?
    >(nil)
    private let chosenPort = Mutex(0)

    init() throws {
        let now = WallClock.now()
        let twoMonths: Int64 = 60 * 86_400_000
        authority = try CertificateAuthority.create(cluster: Self.cluster, now: now - twoMonths)
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            CertificateRequest.make(commonName: "coordinator", key: key),
            to: .coordinator(cluster: Self.cluster),
            addresses: ["127.0.0.1"],
            now: now
        )
        identity = TLSIdentity(
            certificate: certificate.pem,
            key: try key.pem().reveal(),
            authorities: authority.certificate.pem
        )
    }

    var port: UInt16 { UInt16(clamping: chosenPort.withLock { $0 }) }

    /// Listens, the second time at the port of the first.
    func start() async throws {
        var configuration = ServerConfiguration(
            host: "127.0.0.1",
            port: chosenPort.withLock { $0 },
            identity: identity
        )
        configuration.acceptsEnrollment = { true }
        configuration.shutdownGrace = .milliseconds(100)
        let transport = HTTP2ServerTransport(configuration)
        let server = GRPCServer(transport: transport, services: [service, enrollment])
        let task = Task { () -> Void in try? await server.serve() }
        let port = try await transport.boundPort()
        chosenPort.withLock { $0 = port }
        running.withLock { $0 = (server, task) }
    }

    /// Is gone, with all its connections.
    func stop() async {
        guard let (server, task) = running.withLock({ $0 }) else { return }
        service.endSession()
        server.beginGracefulShutdown()
        await task.value
    }

    /// The state of an agent that enrolled at a time in milliseconds since 1970.
    func state(in directory: String, since issued: Int64 = WallClock.now()) throws -> AgentState {
        guard let node = Self.node else { preconditionFailure("the id is well-formed") }
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            CertificateRequest.make(commonName: "agent", key: key),
            to: .agent(cluster: Self.cluster, id: node),
            now: issued
        )
        let state = AgentState(
            directory: directory,
            settings: AgentSettings(
                cluster: Self.cluster,
                node: node,
                host: "127.0.0.1",
                port: port
            ),
            credential: Credential(
                certificate: certificate.pem,
                key: try key.pem(),
                authorities: authority.certificate.pem
            )
        )
        try state.store()
        return state
    }
}

/// The link's service.
final class TestAgentLink: WireAgentLink.SimpleServiceProtocol {
    let heard = Recorder<WireAgentMessage>()
    let peers = Recorder<ServerPeer>()
    let fetches = Recorder<WireFetchArtifactRequest>()
    private let session = Mutex<AsyncStream<WireCoordinatorMessage>.Continuation?>(nil)
    private let settings = Mutex(Settings())
    /// What agents left here.
    let deposits = Mutex<[String: [UInt8]]>([:])

    /// How it behaves.
    struct Settings: Sendable {
        /// Whether each result is acknowledged at once.
        var acknowledges = true
        /// Milliseconds between health reports.
        var healthInterval: Int64 = 60_000
        /// Answers a renewal.
        var renew: @Sendable (WireRenewRequest) throws -> WireRenewResponse = { _ in
            throw RPCError(code: .unimplemented, message: "no renewal in this test")
        }
        /// What a deposit is answered with, where it is not kept.
        var depositRefusal: RPCError?
        /// Answers a fetch; its number counts from 1.
        var artifact: @Sendable (WireFetchArtifactRequest, Int) -> Artifact = { _, _ in Artifact() }
    }

    /// An answer to a fetch.
    struct Artifact: Sendable {
        var chunks: [[UInt8]] = []
        /// What the last chunk waits for.
        var gate: Gate?
        var failure: RPCError?
    }

    func set(_ change: (inout Settings) -> Void) {
        settings.withLock { change(&$0) }
    }

    /// Says something over the session there is.
    func send(_ message: WireCoordinatorMessage) {
        _ = session.withLock { $0 }?.yield(message)
    }

    /// Ends the session there is.
    func endSession() {
        session.withLock { $0 }?.finish()
    }

    func session(
        request: RPCAsyncSequence<WireAgentMessage, any Error>,
        response: RPCWriter<WireCoordinatorMessage>,
        context: ServerContext
    ) async throws {
        if let peer = context.transportSpecific as? ServerPeer { peers.append(peer) }
        let (stream, continuation) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        session.withLock { $0 = continuation }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await self.listen(to: request, answering: continuation)
                continuation.finish()
            }
            for await message in stream { try? await response.write(message) }
            group.cancelAll()
        }
    }

    private func listen(
        to request: RPCAsyncSequence<WireAgentMessage, any Error>,
        answering continuation: AsyncStream<WireCoordinatorMessage>.Continuation
    ) async throws {
        for try await message in request {
            let settings = settings.withLock { $0 }
            switch message.message {
            case .hello?:
                continuation.yield(.with { $0.welcome.healthInterval = settings.healthInterval })
            case .result(let result)? where settings.acknowledges:
                continuation.yield(.with { $0.receipt.executionID = result.executionID })
            case .result?, .accepted?, .output?, .health?, .probeResult?, .trust?, nil:
                break
            }
            heard.append(message)
        }
    }

    func renew(
        request: WireRenewRequest,
        context: ServerContext
    ) async throws -> WireRenewResponse {
        try settings.withLock { $0.renew }(request)
    }

    func findDeposit(
        request: WireFindDepositRequest,
        context: ServerContext
    ) async throws -> WireFindDepositResponse {
        let isHeld = deposits.withLock { $0[request.name] != nil }
        return .with { $0.isHeld = isHeld }
    }

    func deposit(
        request: RPCAsyncSequence<WireDepositPart, any Error>,
        context: ServerContext
    ) async throws -> WireDepositReceipt {
        if let refusal = settings.withLock({ $0.depositRefusal }) { throw refusal }
        var name = ""
        var bytes: [UInt8] = []
        for try await part in request {
            if !part.name.isEmpty { name = part.name }
            bytes += [UInt8](part.data)
        }
        let whole = bytes
        deposits.withLock { [name] in $0[name] = whole }
        return .with { $0.size = Int64(whole.count) }
    }

    func fetchArtifact(
        request: WireFetchArtifactRequest,
        response: RPCWriter<WireArtifactChunk>,
        context: ServerContext
    ) async throws {
        fetches.append(request)
        let artifact = settings.withLock { $0.artifact }(request, fetches.all.count)
        for (index, chunk) in artifact.chunks.enumerated() {
            if index == artifact.chunks.count - 1 { await artifact.gate?.pass() }
            try await response.write(.with { $0.data = Data(chunk) })
        }
        if let failure = artifact.failure { throw failure }
    }
}

/// The service for machines without a certificate.
final class TestEnrollment: WireEnrollment.SimpleServiceProtocol {
    let heard = Recorder<WireEnrollRequest>()
    private let answer = Mutex<@Sendable (WireEnrollRequest) throws -> WireEnrollResponse>({ _ in
        throw RPCError(code: .permissionDenied, message: "no enrolment in this test")
    })

    /// What it does from now on.
    func set(_ new: @escaping @Sendable (WireEnrollRequest) throws -> WireEnrollResponse) {
        answer.withLock { $0 = new }
    }

    func enroll(
        request: WireEnrollRequest,
        context: ServerContext
    ) async throws -> WireEnrollResponse {
        heard.append(request)
        return try answer.withLock { $0 }(request)
    }
}
