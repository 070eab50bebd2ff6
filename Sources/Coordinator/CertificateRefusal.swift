import Foundation
import Plan

/// Why a certificate that the authority signed speaks for its node, or its operator, no longer.
enum CertificateRefusal: Error, Sendable, Equatable {
    /// The coordinator's store knows no such node: it is another's, or older.
    case unknownNode(HostID)
    /// An operator took the node's certificates back.
    case revoked(HostID, Revocation)
    /// The node has a newer certificate.
    case superseded(HostID)
    /// This coordinator gave the operator no such certificate.
    case unknownOperator(String)
    /// The operator's certificate was taken back.
    case revokedOperator(String, Revocation)
}

extension NodeRow {
    /// Lets a certificate of the node count: the newest, and the one before it until the node has
    /// come with the newest.
    func demand(serial: String) throws(CertificateRefusal) {
        if let revocation { throw .revoked(id, revocation) }
        guard serial == certificateSerial || serial == previousSerial else {
            throw .superseded(id)
        }
    }
}

extension CertificateRefusal: CustomStringConvertible {
    /// What happened, and what the machine's owner has to do.
    var description: String {
        switch self {
        case .unknownNode(let node):
            "this coordinator has no node \(node): \(Self.advice)"
        case .revoked(let node, let revocation):
            """
            \(node) was revoked at \(Self.text(revocation)): \(Self.advice)
            """
        case .superseded(let node):
            """
            this certificate of \(node) counts no longer, for \(node) has a newer one; where this \
            machine does not have that: \(Self.advice)
            """
        case .unknownOperator(let name):
            "this coordinator gave no such certificate to an operator \(name): \(Self.request)"
        case .revokedOperator(let name, let revocation):
            """
            this certificate of the operator \(name) was revoked at \(Self.text(revocation)): \
            \(Self.request)
            """
        }
    }

    private static let advice = "ask for a new token and enrol again"

    private static let request = "ask for another, made with coordinator operator create"

    private static func text(_ revocation: Revocation) -> String {
        let time = Date(timeIntervalSince1970: Double(revocation.at) / 1000).formatted(.iso8601)
        return revocation.reason.isEmpty ? time : "\(time) (\(revocation.reason))"
    }
}
