import Foundation
import Plan

/// Why a certificate that the authority signed speaks for its node no longer.
enum CertificateRefusal: Error, Sendable, Equatable {
    /// The coordinator's store knows no such node: it is another's, or older.
    case unknownNode(HostID)
    /// An operator took the node's certificates back.
    case revoked(HostID, NodeRevocation)
    /// The node has a newer certificate.
    case superseded(HostID)
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
            \(node) was revoked at \(Self.text(revocation.at))\
            \(revocation.reason.isEmpty ? "" : " (\(revocation.reason))"): \(Self.advice)
            """
        case .superseded(let node):
            """
            this certificate of \(node) counts no longer, for \(node) has a newer one; where this \
            machine does not have that: \(Self.advice)
            """
        }
    }

    private static let advice = "ask for a new token and enrol again"

    private static func text(_ time: Int64) -> String {
        Date(timeIntervalSince1970: Double(time) / 1000).formatted(.iso8601)
    }
}
