import Conduct
import GRPCCore
import Logging
import Plan
import Protocol
import SwiftProtobuf

// Sealed copies that servers leave here.
extension AgentLinkService {
    func findDeposit(
        request: WireFindDepositRequest,
        context: ServerContext
    ) async throws
        -> WireFindDepositResponse
    {
        try await answering { () async throws(ServiceFailure) in
            _ = try Caller.agent(in: context)
            return .with { $0.isHeld = snapshots.find(request.name) != nil }
        }
    }

    func deposit(
        request: RPCAsyncSequence<WireDepositPart, any Error>,
        context: ServerContext
    ) async throws
        -> WireDepositReceipt
    {
        let node = try await answering { () async throws(ServiceFailure) in
            let node = try Caller.agent(in: context).node
            try await demandServer(node)
            return node
        }
        do {
            let (name, size) = try await receive(request, from: node)
            events.note(.snapshotKept(name, of: node, at: now()))
            logger.note("A sealed copy was kept", [.node: node.description, .file: name])
            return .with { $0.size = size }
        } catch let failure as SnapshotFailure {
            throw RPCError(.snapshot(failure))
        }
    }

    private func receive(
        _ parts: RPCAsyncSequence<WireDepositPart, any Error>,
        from node: HostID
    ) async throws
        -> (name: String, size: Int64)
    {
        var iterator = parts.makeAsyncIterator()
        guard let first = try await iterator.next(isolation: #isolation) else {
            throw SnapshotFailure.invalid("a copy begins with its name")
        }
        var incoming = try snapshots.begin(first.name, from: node)
        try incoming.append([UInt8](first.data))
        var announced: Int64 = 0
        while let part = try await iterator.next(isolation: #isolation) {
            try incoming.append([UInt8](part.data))
            announced = part.size
        }
        try incoming.commit(announced: announced)
        return (first.name, announced)
    }

    /// Only who has the cluster's data has a snapshot of them.
    private func demandServer(_ node: HostID) async throws(ServiceFailure) {
        let latest = try await store.serve { db throws in
            try RolloutTable.latest(1, in: db).first
        }
        let hosts = latest.map { EarlierPlan.hosts(in: $0.plan) } ?? []
        guard hosts.contains(where: { $0.id == node && $0.isServer }) else {
            throw .snapshot(.notAServer(node))
        }
    }
}
