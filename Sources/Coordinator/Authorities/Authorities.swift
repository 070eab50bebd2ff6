import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

/// The certificate authorities of the moment, for all who sign, look and tell.
final class Authorities: Sendable {
    private let state: Mutex<AuthoritySet>

    init(_ set: AuthoritySet) {
        state = Mutex(set)
    }

    /// What there is now.
    var current: AuthoritySet { state.withLock(\.self) }

    /// Who issues certificates now.
    var signer: CertificateAuthority { current.signer }

    /// Whom to believe now, as PEM.
    var bundle: String { current.bundle }

    /// Replaces them and tells it, or only tells it: within one lock, so that whoever is told hears
    /// the newest last.
    func announce(
        _ set: AuthoritySet? = nil,
        nodes: Int,
        _ tell: (WireCoordinatorMessage) -> Void
    ) {
        state.withLock { state in
            if let set { state = set }
            tell(.with { $0.trust = WireTrustBundle(state, nodes: nodes) })
        }
    }

    /// Whether a peer's certificate still counts: by the authority that verified it when it
    /// connected. One that enrols has none.
    func believes(_ authority: String) -> Bool {
        authority.isEmpty || current.pins.contains(authority)
    }
}

extension WireTrustBundle {
    /// Milliseconds that each node's renewal may take of the coordinator's time.
    private static let perNode: Int64 = 20
    /// Milliseconds after which even the last node asks.
    private static let longest: Int64 = 600_000

    /// What agents are told, so that `nodes` of them do not ask at once.
    init(_ set: AuthoritySet, nodes: Int) {
        self.init()
        authorities = set.bundle
        signer = set.signer.certificate.publicKeySHA256
        renewWithin = min(Int64(nodes) * Self.perNode, Self.longest)
    }
}
