import Logging
import Plan
import Protocol
import SwiftProtobuf
import Trust

extension OperatorService {
    /// Characters of a reason.
    static let longestReason = 200

    /// Takes back what a node was given: its certificates, and its join tokens with them, which whoever
    /// has the machine may have too. First on the disk, then its connections end: a call that was let
    /// through before is on one of them.
    func revoke(
        _ node: HostID,
        _ revocation: Revocation,
        asked name: String
    ) async throws(ServiceFailure) -> WireRevokeNodeResponse {
        try Self.demand(reason: revocation.reason)
        let (before, tokens) = try await store.serve { db throws in
            let before = try NodeTable.find(node, in: db)
            guard let before, before.revocation == nil else { return (before, [String]()) }
            try NodeTable.revoke(node, revocation, in: db)
            return (before, try JoinTokenTable.void(for: node, at: revocation.at, in: db))
        }
        guard let before else {
            throw .notFound(
                "no node '\(node)' has enrolled; coordinator node list shows those that have"
            )
        }
        for token in tokens { gate.remove(token) }
        connections.end(of: .agent(cluster: preparation.cluster, id: node))
        if before.revocation == nil {
            events.note(.revoked(node, at: revocation.at))
            logger.note(
                "A node was revoked",
                [.node: node.description, .operator: name, .reason: revocation.reason]
            )
        }
        let standing = before.revocation ?? revocation
        return .with {
            $0.revoked = standing.at
            $0.wasRevoked = before.revocation != nil
            $0.reason = standing.reason
        }
    }

    static func demand(reason: String) throws(ServiceFailure) {
        guard reason.count <= longestReason else {
            throw .invalid("a reason has at most \(longestReason) characters")
        }
    }
}
