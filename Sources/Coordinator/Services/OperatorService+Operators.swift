import GRPCCore
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Trust

// Who else may operate the cluster, and who may no longer.
extension OperatorService {
    /// How long after its last words the connection of one who revokes their own certificate ends.
    private static let farewell = Duration.milliseconds(500)

    func listOperators(
        request: WireListOperatorsRequest,
        context: ServerContext
    ) async throws
        -> WireListOperatorsResponse
    {
        let now = now()
        let known = try await answering { () async throws(ServiceFailure) in
            if let own = try? accounts.own() { try await accounts.note(own) }
            return try await store.serve { db throws in try OperatorTable.all(in: db) }
        }
        let names = known.map(\.name).reduce(into: [String]()) { names, name in
            if names.last != name { names.append(name) }
        }
        return .with {
            $0.operators = names.map { name in
                WireOperatorAccount(known.filter { $0.name == name }, at: now)
            }
        }
    }

    func createOperator(
        request: WireCreateOperatorRequest,
        context: ServerContext
    ) async throws
        -> WireCreateOperatorResponse
    {
        let asking = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            try await create(request, asked: asking)
        }
    }

    func revokeOperator(
        request: WireRevokeOperatorRequest,
        context: ServerContext
    ) async throws
        -> WireRevokeOperatorResponse
    {
        let asking = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            try Self.demand(name: request.name)
            try Self.demand(reason: request.reason)
            let revocation = Revocation(at: now(), reason: request.reason)
            return try await revoke(operator: request.name, revocation, asked: asking)
        }
    }

    private func create(
        _ request: WireCreateOperatorRequest,
        asked asking: String
    ) async throws(ServiceFailure) -> WireCreateOperatorResponse {
        try Self.demand(name: request.name)
        guard request.name != Initialization.operatorName else {
            throw .invalid(
                "'\(request.name)' is the operator on the coordinator's machine: take another name"
            )
        }
        let certificate: Certificate
        do {
            certificate = try authorities.signer.issue(
                try CertificateRequest(pem: request.certificateRequest),
                to: .operator(cluster: preparation.cluster, name: request.name),
                validity: Int(request.days),
                now: now()
            )
        } catch {
            throw .trust(error)
        }
        try await accounts.note(
            OperatorCertificate(certificate, of: request.name, madeBy: asking)
        )
        logger.note(
            "An operator was given a certificate",
            [.operator: asking, .peer: request.name]
        )
        events.note(.operatorCreated(request.name, by: asking, at: now()))
        return .with {
            $0.certificate = certificate.pem
            $0.certificateAuthority = authorities.bundle
            $0.expires = certificate.notAfter
        }
    }

    /// Where it is the one on this machine, the new credential is on the disk before the old one is
    /// taken back: a crash in between locks nobody out.
    private func revoke(
        operator name: String,
        _ revocation: Revocation,
        asked asking: String
    ) async throws(ServiceFailure) -> WireRevokeOperatorResponse {
        let isOwn = name == Initialization.operatorName
        let kept = isOwn ? try await replaceOwn() : nil
        let before = try await store.serve { db throws in
            let before = try OperatorTable.all(of: name, in: db)
            try OperatorTable.revoke(name, revocation, keeping: kept, in: db)
            return before
        }
        guard let newest = before.first else {
            throw .notFound(
                "there is no operator '\(name)'; coordinator operator list shows those there are"
            )
        }
        let wasRevoked = before.allSatisfy { $0.revocation != nil }
        end(connectionsOf: name, keeping: kept, after: asking == name ? Self.farewell : .zero)
        if !wasRevoked {
            events.note(.operatorRevoked(name, by: asking, at: revocation.at))
            logger.note(
                "An operator's certificates were revoked",
                [.operator: asking, .peer: name, .reason: revocation.reason]
            )
        }
        let standing = wasRevoked ? newest.revocation ?? revocation : revocation
        return .with {
            $0.revoked = standing.at
            $0.wasRevoked = wasRevoked
            $0.reason = standing.reason
            $0.isReplaced = isOwn
        }
    }

    private func replaceOwn() async throws(ServiceFailure) -> String {
        do {
            // The one that goes is known then, also where it was never used.
            try await accounts.note(try accounts.own())
            try await rotation.replaceOperator()
            let own = try accounts.own()
            try await accounts.note(own)
            return own.serial
        } catch let failure as ServiceFailure {
            throw failure
        } catch {
            throw .trust(TrustFailure("the credential in \(accounts.state.operator): \(error)"))
        }
    }

    /// Who takes back their own certificate still hears that it was.
    private func end(
        connectionsOf name: String,
        keeping serial: String?,
        after pause: Duration
    ) {
        let identity = SPIFFEIdentity.operator(cluster: preparation.cluster, name: name)
        guard pause > .zero else { return connections.end(of: identity, keeping: serial) }
        Task { [connections] in
            try? await Task.sleep(for: pause)
            connections.end(of: identity, keeping: serial)
        }
    }

    private static func demand(name: String) throws(ServiceFailure) {
        guard RFC1123.isLabel(name) else {
            throw .invalid(
                "'\(name)' is no operator's name: use 1 to 63 of a-z, 0-9 and -, with no - at either end"
            )
        }
    }
}

extension WireOperatorAccount {
    /// An operator by its certificates, the newest first, of which there is at least one.
    init(_ certificates: [OperatorCertificate], at now: Int64) {
        self.init()
        guard let newest = certificates.first else { return }
        let good = certificates.filter { $0.revocation == nil && $0.expires > now }
        let shown = good.first ?? newest
        name = shown.name
        self.certificates = Int32(clamping: good.count)
        issued = shown.issued
        expires = shown.expires
        madeBy = shown.madeBy
        revoked = shown.revocation?.at ?? 0
        revocationReason = shown.revocation?.reason ?? ""
    }
}
