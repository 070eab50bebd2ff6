import Daemon
import Foundation
import GRPCCore
import Logging
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Trust

/// The agents' way to the coordinator. Who speaks is what the certificate says, and an agent
/// speaks only for itself.
struct AgentLinkService: WireAgentLink.SimpleServiceProtocol {
    /// The cluster's name.
    let cluster: String
    /// Who signs.
    let authorities: Authorities
    /// Where nodes are kept.
    let store: Store
    /// Who is there.
    let registry: NodeRegistry
    /// Who is told how executions end.
    let driver: RolloutDriver
    /// Who is told how checks end.
    let mailbox: CheckMailbox
    /// Who is told what probes find.
    let questions: NodeQuestions
    /// What agents fetch.
    let cache: ArtifactCache
    /// What servers leave here.
    let snapshots: SnapshotFolder
    /// Closes behind a node that has come.
    let gate: EnrollmentGate
    /// What happens.
    let events: EventHistory
    /// Who was refused.
    let refusals: CallRefusals
    /// Where state changes are noted.
    let logger: Logger
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    func session(
        request: RPCAsyncSequence<WireAgentMessage, any Error>,
        response: RPCWriter<WireCoordinatorMessage>,
        context: ServerContext
    ) async throws {
        let agent = try await answering { () async throws(ServiceFailure) in
            try Caller.agent(in: context)
        }
        let session = AgentSession(agent: agent, address: context.remoteAddress, service: self)
        do {
            try await session.run(request, response)
        } catch let failure as ServiceFailure {
            let error = RPCError(failure)
            if case .foreign = failure { refusals.note(error.message, from: context.remotePeer) }
            throw error
        }
    }

    func renew(request: WireRenewRequest, context: ServerContext) async throws -> WireRenewResponse
    {
        try await answering { () async throws(ServiceFailure) in
            try await renew(request, for: try Caller.agent(in: context))
        }
    }

    func fetchArtifact(
        request: WireFetchArtifactRequest,
        response: RPCWriter<WireArtifactChunk>,
        context: ServerContext
    ) async throws {
        let path = try await answering { () async throws(ServiceFailure) in
            _ = try Caller.agent(in: context)
            return try file(for: request)
        }
        try await ArtifactReader(path: path, offset: request.offset).write(to: response)
    }

    private func file(for request: WireFetchArtifactRequest) throws(ServiceFailure) -> String {
        guard SHA256Text.isHash(request.sha256), request.offset >= 0 else {
            throw .invalid("an artifact is asked for by its sha256, from an offset of 0 or more")
        }
        guard let path = cache.path(of: request.sha256) else {
            throw .notFound("the coordinator has no artifact \(request.sha256)")
        }
        return path
    }

    private func renew(
        _ request: WireRenewRequest,
        for agent: CallingAgent
    ) async throws(ServiceFailure)
        -> WireRenewResponse
    {
        let node = agent.node
        let certificate: Certificate
        do {
            certificate = try authorities.signer.issue(
                try CertificateRequest(pem: request.certificateRequest),
                to: .agent(cluster: cluster, id: node),
                now: now()
            )
        } catch {
            throw .trust(error)
        }
        let (serial, expires) = (certificate.serial, certificate.notAfter)
        let isNoted = try await store.serve { db throws in
            try NodeTable.noteCertificate(
                of: node,
                serial: serial,
                expires: expires,
                replacing: agent.serial,
                in: db
            )
        }
        // Revoked or enrolled anew while it asked.
        guard isNoted else { throw .certificate(.superseded(node)) }
        logger.note("A node renewed its certificate", [.node: node.description])
        events.note(.renewed(node, at: now()))
        return .with {
            $0.certificate = certificate.pem
            $0.certificateAuthority = authorities.bundle
        }
    }
}

/// A file in chunks, as fast as they are read at the other end.
struct ArtifactReader: Sendable {
    /// The file.
    let path: String
    /// Where to begin, in bytes.
    let offset: Int64
    private static let chunk = 64 << 10

    /// Sends all chunks; an empty one where nothing is left, so that the size is told.
    func write(to response: RPCWriter<WireArtifactChunk>) async throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let total = Int64(clamping: try file.seekToEnd())
        guard offset <= total else {
            throw RPCError(
                .invalid("the artifact has \(total) bytes; there is nothing at \(offset)")
            )
        }
        try file.seek(toOffset: UInt64(offset))
        var isFirst = true
        while true {
            let data = try file.read(upToCount: Self.chunk) ?? Data()
            guard isFirst || !data.isEmpty else { return }
            let size = isFirst ? total : 0
            try await response.write(
                .with {
                    $0.data = data
                    $0.total = size
                }
            )
            isFirst = false
        }
    }
}
