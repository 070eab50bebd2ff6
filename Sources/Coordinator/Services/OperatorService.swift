import Daemon
import GRPCCore
import Logging
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Trust

/// What operators ask. The command line uses nothing else.
struct OperatorService: WireOperator.SimpleServiceProtocol {
    /// Those of whom join tokens name the one that signs.
    let authorities: Authorities
    /// Who changes them.
    let rotation: RotationDriver
    /// Where everything is kept.
    let store: Store
    /// Who is there.
    let registry: NodeRegistry
    /// Which operators there are.
    let accounts: OperatorRegistry
    /// Who begins and cancels rollouts.
    let driver: RolloutDriver
    /// Who follows them.
    let watchers: RolloutWatchers
    /// Where checks of dry runs are answered.
    let mailbox: CheckMailbox
    /// Where what agents see arrives.
    let questions: NodeQuestions
    /// What they measured last of the ways between them.
    let paths: PathMemory
    /// Who deletes tunnels; nothing where they are only played.
    let publishing: TunnelRemoval?
    /// What is asked before a rollout begins.
    let preparation: RolloutPreparation
    /// Artifacts by hash.
    let cache: ArtifactCache
    /// What servers left here.
    let snapshots: SnapshotFolder
    /// Who may enrol at all.
    let gate: EnrollmentGate
    /// Ends those whose certificates were taken back.
    let connections: PeerConnections
    /// What steps say.
    let logs: StepLogs
    /// What happens.
    let events: EventHistory
    /// Where state changes are noted.
    let logger: Logger
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    /// Seconds that a join token may live.
    private static let tokenLives: ClosedRange<Int64> = 60...604_800

    func createToken(
        request: WireCreateTokenRequest,
        context: ServerContext
    ) async throws
        -> WireCreateTokenResponse
    {
        try await answering { () async throws(ServiceFailure) in try await createToken(request) }
    }

    func listNodes(
        request: WireListNodesRequest,
        context: ServerContext
    ) async throws
        -> WireListNodesResponse
    {
        let nodes = try await answering { () async throws(ServiceFailure) in
            try await currentNodes()
        }
        return .with { $0.nodes = nodes }
    }

    /// All nodes that ever enrolled, and what their sessions tell.
    func currentNodes() async throws(ServiceFailure) -> [WireNode] {
        let rows: [NodeRow] = try await store.serve { db throws in try NodeTable.all(in: db) }
        let sessions = registry.sessions
        return rows.map { WireNode($0, session: sessions[$0.id]) }
    }

    func revokeNode(
        request: WireRevokeNodeRequest,
        context: ServerContext
    ) async throws
        -> WireRevokeNodeResponse
    {
        let name = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            let revocation = Revocation(at: now(), reason: request.reason)
            guard let node = HostID(request.nodeID) else {
                throw .invalid("'\(request.nodeID)' is no node id: use 1 to 63 of a-z, 0-9 and -")
            }
            return try await revoke(node, revocation, asked: name)
        }
    }

    private func createToken(
        _ request: WireCreateTokenRequest
    ) async throws(ServiceFailure)
        -> WireCreateTokenResponse
    {
        guard let node = HostID(request.nodeID) else {
            throw .invalid("'\(request.nodeID)' is no node id: use 1 to 63 of a-z, 0-9 and -")
        }
        guard Self.tokenLives.contains(request.timeToLive) else {
            throw .invalid("a join token lives one minute to seven days")
        }
        var generator = SystemRandomNumberGenerator()
        let token = JoinToken.generate(
            authorityPin: authorities.signer.certificate.publicKeySHA256,
            using: &generator
        )
        let created = now()
        let row = JoinTokenRow(
            id: token.id,
            hash: token.hash,
            node: node,
            created: created,
            expires: created + request.timeToLive * 1000
        )
        try await store.serve { db throws in try JoinTokenTable.add(row, in: db) }
        gate.add(row.id, .init(hash: row.hash, expires: row.expires))
        logger.note("A join token was made", [.node: node.description])
        events.note(.tokenCreated(for: node, at: created))
        return .with {
            $0.token = String(decoding: token.text().reveal(), as: UTF8.self)
            $0.expires = row.expires
        }
    }
}

extension WireNode {
    /// What the store and a session know of a node.
    init(_ row: NodeRow, session: NodeRegistry.Session?) {
        self.init()
        id = row.id.description
        connected = session != nil
        lastSeen = session?.lastSeen ?? row.lastSeen ?? 0
        facts = session?.facts ?? row.facts
        if let health = session?.health { self.health = health }
        if let clock = session?.clock { self.clock = clock }
        address = row.address
        certificateExpires = row.certificateExpires
        revoked = row.revocation?.at ?? 0
        revocationReason = row.revocation?.reason ?? ""
    }
}
