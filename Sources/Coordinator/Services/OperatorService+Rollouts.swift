import GRPCCore
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf

// Beginning, following, halting and ending rollouts.
extension OperatorService {
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
                try await demandPreflight(of: try PlanRequest(request).read())
                if !request.approved.isEmpty {
                    try await dryRun(of: prepared).demand(request.approved, in: store)
                }
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
                return dryRun(of: try await preparation.prepare(request))
            } catch {
                throw .start(error)
            }
        }
        // Kept before its digest is told: who has it can approve it.
        let store = store
        let now = now
        try await run.run { event in
            try await response.write(event)
        } keep: { findings in
            try await findings.keep(in: store, at: now())
        }
    }

    private func dryRun(of prepared: PreparedRollout) -> DryRun {
        DryRun(
            prepared: prepared,
            id: RolloutID(random: .random(in: 0 ... .max)),
            registry: registry,
            mailbox: mailbox,
            now: now
        )
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
        let rollouts = try await answering { () async throws(ServiceFailure) in
            try await summaries()
        }
        return .with { $0.rollouts = rollouts }
    }

    /// The nodes and the latest rollouts, as they are now.
    func listing() async throws(ServiceFailure) -> (
        nodes: [WireNode], rollouts: [WireRolloutSummary]
    ) {
        (try await currentNodes(), try await summaries())
    }

    private func summaries() async throws(ServiceFailure) -> [WireRolloutSummary] {
        let rows = try await store.serve { db throws in
            try RolloutTable.latest(RolloutTable.longestList, in: db)
        }
        let phases = await driver.phases
        return rows.map { row in
            WireRolloutSummary(row, phase: RolloutID(row.id).flatMap { phases[$0] })
        }
    }

    func cancelRollout(
        request: WireCancelRolloutRequest,
        context: ServerContext
    ) async throws
        -> WireCancelRolloutResponse
    {
        try await ask(.cancel, of: request.rolloutID)
        return WireCancelRolloutResponse()
    }

    func pauseRollout(
        request: WirePauseRolloutRequest,
        context: ServerContext
    ) async throws
        -> WirePauseRolloutResponse
    {
        try await ask(.pause, of: request.rolloutID)
        return WirePauseRolloutResponse()
    }

    func resumeRollout(
        request: WireResumeRolloutRequest,
        context: ServerContext
    ) async throws
        -> WireResumeRolloutResponse
    {
        try await ask(.resume, of: request.rolloutID)
        return WireResumeRolloutResponse()
    }

    private func ask(_ wish: OperatorWish, of rollout: String) async throws {
        try await answering { () async throws(ServiceFailure) in
            guard let id = RolloutID(rollout), await driver.ask(wish, of: id) else {
                throw .notFound("no rollout '\(rollout)' is running")
            }
        }
    }
}

extension WireRolloutSummary {
    /// What the store knows of a rollout.
    init(_ row: RolloutRow, phase: RolloutPhase?) {
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
        self.phase = row.ended == nil ? WireRolloutPhase(phase ?? .running) : .ended
    }
}

extension WireRolloutPhase {
    /// The engine's phase on the wire.
    init(_ phase: RolloutPhase) {
        switch phase {
        case .running: self = .running
        case .paused: self = .paused
        case .cancelling: self = .cancelling
        case .ended: self = .ended
        }
    }
}
