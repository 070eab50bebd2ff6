import Daemon
import Foundation
import GRPCCore
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Trust

/// Exchanges join tokens for certificates. The only service that strangers reach.
struct EnrollmentService: WireEnrollment.SimpleServiceProtocol {
    /// The cluster's name.
    let cluster: String
    /// Who signs.
    let authorities: Authorities
    /// Where tokens and nodes are kept.
    let store: Store
    /// Ends those made with the node's earlier certificates.
    let connections: PeerConnections
    /// Slows those who guess.
    let throttle: EnrollmentThrottle
    /// What happens.
    let events: EventHistory
    /// Where enrolments are noted.
    let logger: Logger
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    func enroll(
        request: WireEnrollRequest,
        context: ServerContext
    ) async throws
        -> WireEnrollResponse
    {
        let address = context.remoteAddress
        return try await answering { () async throws(ServiceFailure) in
            do throws(ServiceFailure) {
                return try await enroll(request, from: address)
            } catch {
                throttle.note(error, from: address)
                throw error
            }
        }
    }

    /// The token is used up last, together with the node's entry: whatever fails before leaves it
    /// as it was, and of two machines with one token, one gets in. That one may ask again with the
    /// same key until its first session or the token's end: its answer may have been lost.
    private func enroll(
        _ request: WireEnrollRequest,
        from address: String
    )
        async
        throws(ServiceFailure) -> WireEnrollResponse
    {
        let now = now()
        let authorities = authorities.current
        let token = try token(request.token, from: address)
        let node = try await node(for: token, at: now)
        let certificate = try certificate(
            request.certificateRequest,
            for: node,
            by: authorities.signer,
            at: now
        )
        let row = NodeRow(
            id: node,
            facts: request.facts,
            firstSeen: now,
            lastSeen: nil,
            address: address,
            certificateSerial: certificate.serial,
            certificateExpires: certificate.notAfter
        )
        try await consume(token, for: certificate.publicKeySHA256, enrolling: row, at: now)
        let identity = SPIFFEIdentity.agent(cluster: cluster, id: node)
        connections.end(of: identity, keeping: certificate.serial)
        try await note(authorities, of: node)
        logger.note("A node enrolled", [.node: node.description, .address: address])
        events.note(.enrolled(node, from: address, at: now))
        return .with {
            $0.cluster = cluster
            $0.nodeID = node.description
            $0.certificate = certificate.pem
            $0.certificateAuthority = authorities.bundle
        }
    }

    /// The token, where it is the right one or its source may still guess.
    private func token(
        _ text: String,
        from address: String
    ) throws(ServiceFailure) -> JoinToken {
        let token: Result<JoinToken, TrustFailure> = Result { () throws(TrustFailure) in
            try JoinToken(text: Secret(text))
        }
        try throttle.admit(try? token.get(), from: address)
        do {
            return try token.get()
        } catch {
            throw .trust(error)
        }
    }

    private func certificate(
        _ request: String,
        for node: HostID,
        by authority: CertificateAuthority,
        at now: Int64
    )
        throws(ServiceFailure) -> Certificate
    {
        do {
            return try authority.issue(
                try CertificateRequest(pem: request),
                to: .agent(cluster: cluster, id: node),
                now: now
            )
        } catch {
            throw .trust(error)
        }
    }

    private func node(for token: JoinToken, at now: Int64) async throws(ServiceFailure) -> HostID {
        let (id, hash) = (token.id, token.hash)
        return try await store.serve { db throws in
            try JoinTokenTable.node(forToken: id, hash: hash, at: now, in: db)
        }.orRefusal()
    }

    private func consume(
        _ token: JoinToken,
        for key: String,
        enrolling row: NodeRow,
        at now: Int64
    )
        async
        throws(ServiceFailure)
    {
        let (id, hash) = (token.id, token.hash)
        _ = try await store.serve { db throws in
            try JoinTokenTable.consume(
                id,
                hash: hash,
                key: key,
                enrolling: row,
                at: now,
                in: db
            )
        }.orRefusal()
    }
}

extension Result<HostID, JoinTokenRefusal> {
    fileprivate func orRefusal() throws(ServiceFailure) -> HostID {
        switch self {
        case .success(let node): return node
        case .failure(let refusal): throw .token(refusal)
        }
    }
}
