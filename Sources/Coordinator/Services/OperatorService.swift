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
    /// The authority that join tokens name.
    let authority: CertificateAuthority
    /// Where everything is kept.
    let store: Store
    /// Who is there.
    let registry: NodeRegistry
    /// Who begins and cancels rollouts.
    let driver: RolloutDriver
    /// Who follows them.
    let watchers: RolloutWatchers
    /// Where checks of dry runs are answered.
    let mailbox: CheckMailbox
    /// What is asked before a rollout begins.
    let preparation: RolloutPreparation
    /// Who may enrol at all.
    let gate: EnrollmentGate
    /// Ends those of revoked nodes.
    let connections: PeerConnections
    /// Where state changes are noted.
    let logger: Logger
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    /// Seconds that a join token may live.
    private static let tokenLives: ClosedRange<Int64> = 60...604_800
    /// Rollouts that a list shows at most.
    private static let longestList = 200

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
        let rows = try await answering { () async throws(ServiceFailure) in
            try await store.serve { db throws in try NodeTable.all(in: db) }
        }
        let sessions = registry.sessions
        return .with { $0.nodes = rows.map { WireNode($0, session: sessions[$0.id]) } }
    }

    func startRollout(
        request: WireStartRolloutRequest,
        context: ServerContext
    ) async throws
        -> WireStartRolloutResponse
    {
        try await answering { () async throws(ServiceFailure) in
            do throws(StartRefusal) {
                try await driver.demandIdle()
                let prepared = try await preparation.prepare(request)
                let id = RolloutID(random: .random(in: 0 ... .max))
                try await driver.begin(try prepared.row(id, at: now()), id: id)
                return .with { $0.rolloutID = id.description }
            } catch {
                throw .start(error)
            }
        }
    }

    func dryRun(
        request: WireStartRolloutRequest,
        response: RPCWriter<WireRolloutEvent>,
        context: ServerContext
    ) async throws {
        let run = try await answering { () async throws(ServiceFailure) in
            do throws(StartRefusal) {
                try await driver.demandIdle()
                return DryRun(
                    prepared: try await preparation.prepare(request),
                    id: RolloutID(random: .random(in: 0 ... .max)),
                    registry: registry,
                    mailbox: mailbox,
                    now: now
                )
            } catch {
                throw .start(error)
            }
        }
        try await run.run { try await response.write($0) }
    }

    func watchRollout(
        request: WireWatchRolloutRequest,
        response: RPCWriter<WireRolloutEvent>,
        context: ServerContext
    ) async throws {
        let watch = RolloutWatch(
            rollout: request.rolloutID,
            store: store,
            watchers: watchers,
            now: now
        )
        do {
            try await watch.run(after: request.after) { try await response.write($0) }
        } catch let failure as ServiceFailure {
            throw RPCError(failure)
        }
    }

    func listRollouts(
        request: WireListRolloutsRequest,
        context: ServerContext
    ) async throws
        -> WireListRolloutsResponse
    {
        let rows = try await answering { () async throws(ServiceFailure) in
            try await store.serve { db throws in
                try RolloutTable.latest(Self.longestList, in: db)
            }
        }
        return .with { $0.rollouts = rows.map(WireRolloutSummary.init) }
    }

    func cancelRollout(
        request: WireCancelRolloutRequest,
        context: ServerContext
    ) async throws
        -> WireCancelRolloutResponse
    {
        try await answering { () async throws(ServiceFailure) in
            guard let id = RolloutID(request.rolloutID), await driver.cancel(id) else {
                throw .notFound("no rollout '\(request.rolloutID)' is running")
            }
            return WireCancelRolloutResponse()
        }
    }

    func revokeNode(
        request: WireRevokeNodeRequest,
        context: ServerContext
    ) async throws
        -> WireRevokeNodeResponse
    {
        let name = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            let revocation = NodeRevocation(at: now(), reason: request.reason)
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
            authorityPin: authority.certificate.publicKeySHA256,
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
        gate.add(row.id, until: row.expires)
        logger.note("A join token was made", [.node: node.description])
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
        address = row.address
        certificateExpires = row.certificateExpires
        revoked = row.revocation?.at ?? 0
        revocationReason = row.revocation?.reason ?? ""
    }
}

extension WireRolloutSummary {
    /// What the store knows of a rollout.
    init(_ row: RolloutRow) {
        self.init()
        id = row.id
        cluster = row.cluster
        digest = row.digest
        started = row.started
        ended = row.ended ?? 0
        outcome = row.outcome.map(WireRolloutOutcome.init) ?? .unspecified
        changed = Int32(clamping: row.tally.changed)
        unchanged = Int32(clamping: row.tally.unchanged)
        failed = Int32(clamping: row.tally.failed)
    }
}
