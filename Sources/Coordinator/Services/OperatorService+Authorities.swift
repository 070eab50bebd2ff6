import GRPCCore
import Plan
import Protocol
import SwiftProtobuf
import Trust

extension OperatorService {
    func showAuthorities(
        request: WireShowAuthoritiesRequest,
        context: ServerContext
    ) async throws
        -> WireAuthorityStatus
    {
        try await answering { () async throws(ServiceFailure) in
            try await status(of: try await rotation.report())
        }
    }

    func rotateAuthority(
        request: WireRotateAuthorityRequest,
        context: ServerContext
    ) async throws
        -> WireAuthorityStatus
    {
        let name = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            try await rotateAuthority(request, asked: name)
        }
    }

    private func rotateAuthority(
        _ request: WireRotateAuthorityRequest,
        asked name: String
    ) async throws(ServiceFailure) -> WireAuthorityStatus {
        guard let action = RotationAction(request) else {
            throw .invalid("a rotation is started, signed, taken back or finished")
        }
        return try await status(of: try await rotation.perform(action, asked: name))
    }

    private func status(
        of report: RotationDriver.Report
    ) async throws(ServiceFailure) -> WireAuthorityStatus {
        let rows = try await store.serve { db throws in try NodeTable.all(in: db) }
        let seen = Dictionary(rows.map { ($0.id, $0.lastSeen ?? 0) }) { first, _ in first }
        let sessions = registry.sessions
        return .with { status in
            status.phase = WireRotationPhase(report.set.rotation?.phase)
            status.since = report.set.rotation?.since ?? 0
            status.authorities = report.set.believed.map { WireAuthority($0, in: report.set) }
            status.nodes = report.nodes.map { node in
                .with {
                    $0.node = node.trust.node.description
                    $0.progress = WireNodeProgress(node.progress)
                    $0.issuer = node.trust.issuer
                    $0.authorities = node.trust.believed.sorted()
                    $0.connected = sessions[node.trust.node] != nil
                    $0.lastSeen =
                        sessions[node.trust.node]?.lastSeen ?? seen[node.trust.node] ?? 0
                }
            }
            status.changed = report.hasChanged
            status.leftBehind = report.leftBehind
        }
    }
}

extension AgentLinkService {
    /// Notes whom a node believes.
    func note(_ report: WireTrustReport, of node: HostID) async throws(ServiceFailure) {
        guard report.authorities.count <= 8, report.authorities.allSatisfy(SHA256Text.isHash) else {
            throw .invalid("up to eight authorities are named, by the SHA-256 of their keys")
        }
        try await store.serve { db throws in
            try NodeAuthorityTable.note(node, believed: report.authorities, in: db)
        }
    }
}

extension EnrollmentService {
    /// Notes what a node was given: it need not have come yet to count as one that has it.
    func note(_ authorities: AuthoritySet, of node: HostID) async throws(ServiceFailure) {
        let issuer = authorities.signer.certificate.publicKeySHA256
        try await store.serve { db throws in
            try NodeAuthorityTable.note(node, issuer: issuer, believed: authorities.pins, in: db)
        }
    }
}

extension RotationAction {
    /// Nothing where the request names none.
    init?(_ request: WireRotateAuthorityRequest) {
        switch request.action {
        case .start: self = .start
        case .sign: self = .sign
        case .back: self = .back
        case .finish: self = .finish(leavingBehind: request.leaveBehind)
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension WireRotationPhase {
    init(_ phase: AuthorityRotation.Phase?) {
        switch phase {
        case nil: self = .settled
        case .introduced: self = .introduced
        case .signing, .finishing: self = .signing
        case .returning, .dropping: self = .returning
        }
    }
}

extension WireNodeProgress {
    init(_ progress: NodeTrust.Progress) {
        switch progress {
        case .caughtUp: self = .caughtUp
        case .behind: self = .behind
        case .lost: self = .lost
        }
    }
}

extension WireAuthority {
    init(_ certificate: Certificate, in set: AuthoritySet) {
        self.init()
        publicKeySha256 = certificate.publicKeySHA256
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        signs = certificate.publicKeySHA256 == set.signer.certificate.publicKeySHA256
    }
}

extension RotationRefusal: CustomStringConvertible {
    /// What stands in the way, and what to type.
    var description: String {
        switch self {
        case .notStarted:
            """
            there is no change of the certificate authority under way; begin one: \
            coordinator ca rotate start
            """
        case .underWay(let phase):
            """
            a change of the certificate authority is under way already (phase: \
            \(phase.rawValue)); coordinator ca show says what can be done with it
            """
        case .nothingSigned:
            """
            the new certificate authority has signed nothing yet. Let it sign: \
            coordinator ca rotate sign. Or give it up: coordinator ca rotate back, then \
            coordinator ca rotate finish
            """
        case .behind(let nodes):
            """
            these nodes would be locked out: \(nodes.joined(separator: ", ")). Start their agents \
            and wait until coordinator ca show counts none as behind; or do without them: \
            coordinator ca rotate finish --leave-behind
            """
        case .ending(let phase):
            """
            the change of the certificate authority is being ended (phase: \(phase.rawValue)); \
            type coordinator ca rotate finish to let that come to its end
            """
        }
    }
}
