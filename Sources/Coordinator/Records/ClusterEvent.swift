import Plan
import RolloutEngine

/// Something that happened in the cluster, as operators are told of it.
struct ClusterEvent: Sendable, Equatable {
    /// What kind of thing. The raw values go over the wire and into the store.
    enum Kind: String, Sendable, CaseIterable {
        case nodeConnected = "node-connected"
        case nodeGone = "node-gone"
        case nodeDisplaced = "node-displaced"
        case nodeEnrolled = "node-enrolled"
        case nodeRenewed = "node-renewed"
        case nodeRevoked = "node-revoked"
        case operatorCreated = "operator-created"
        case operatorRevoked = "operator-revoked"
        case tokenCreated = "token-created"
        case kubeconfigFetched = "kubeconfig-fetched"
        case snapshotKept = "snapshot-kept"
        case snapshotFetched = "snapshot-fetched"
        case artifactsImported = "artifacts-imported"
        case preflightPassed = "preflight-passed"
        case preflightFailed = "preflight-failed"
        case rolloutStarted = "rollout-started"
        case rolloutPaused = "rollout-paused"
        case rolloutResumed = "rollout-resumed"
        case rolloutEnded = "rollout-ended"
        case coordinatorStarted = "coordinator-started"
        case coordinatorStopping = "coordinator-stopping"

        /// Whether agents make such events by themselves, as often as their links break. They are
        /// kept apart from the others, so that they push none of those out.
        var isOfConnections: Bool {
            switch self {
            case .nodeConnected, .nodeGone, .nodeDisplaced: true
            case .nodeEnrolled, .nodeRenewed, .nodeRevoked, .operatorCreated, .operatorRevoked,
                .tokenCreated, .kubeconfigFetched, .snapshotKept, .snapshotFetched,
                .artifactsImported, .preflightPassed, .preflightFailed, .rolloutStarted,
                .rolloutPaused, .rolloutResumed, .rolloutEnded,
                .coordinatorStarted,
                .coordinatorStopping:
                false
            }
        }
    }

    /// What kind of thing.
    var kind: Kind
    /// The node that it is about; nothing where it is about none.
    var node: HostID?
    /// One sentence for people; never a secret.
    var words: String
    /// Milliseconds since 1970.
    var at: Int64
}

extension ClusterEvent {
    static func connected(_ node: HostID, from address: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .nodeConnected,
            node: node,
            words: "\(node) is connected from \(address)",
            at: at
        )
    }

    static func gone(_ node: HostID, at: Int64) -> ClusterEvent {
        ClusterEvent(kind: .nodeGone, node: node, words: "\(node) is gone", at: at)
    }

    static func displaced(
        _ node: HostID,
        at earlier: String,
        by address: String,
        at: Int64
    ) -> ClusterEvent {
        ClusterEvent(
            kind: .nodeDisplaced,
            node: node,
            words: "the session of \(node) at \(earlier) was displaced by one from \(address)",
            at: at
        )
    }

    static func enrolled(_ node: HostID, from address: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .nodeEnrolled,
            node: node,
            words: "\(node) enrolled from \(address)",
            at: at
        )
    }

    static func renewed(_ node: HostID, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .nodeRenewed,
            node: node,
            words: "\(node) has a new certificate",
            at: at
        )
    }

    static func revoked(_ node: HostID, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .nodeRevoked,
            node: node,
            words: "\(node) is no member any more: its certificates were revoked",
            at: at
        )
    }

    static func operatorCreated(_ name: String, by asking: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .operatorCreated,
            words: "\(asking) gave a certificate to the operator \(name)",
            at: at
        )
    }

    static func operatorRevoked(_ name: String, by asking: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .operatorRevoked,
            words: "\(asking) took back the certificates of the operator \(name)",
            at: at
        )
    }

    static func tokenCreated(for node: HostID, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .tokenCreated,
            node: node,
            words: "a join token for \(node) was made",
            at: at
        )
    }

    static func kubeconfigFetched(from node: HostID, by asking: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .kubeconfigFetched,
            node: node,
            words: "\(asking) fetched the kubeconfig from \(node)",
            at: at
        )
    }

    static func snapshotKept(_ name: String, of node: HostID, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .snapshotKept,
            node: node,
            words: "\(node) left the sealed copy \(name)",
            at: at
        )
    }

    static func snapshotFetched(_ name: String, by asking: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .snapshotFetched,
            words: "\(asking) fetched the sealed copy \(name)",
            at: at
        )
    }

    static func artifactsImported(_ added: Int, by asking: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .artifactsImported,
            words: "\(asking) imported a bundle of artifacts, \(added) of them new",
            at: at
        )
    }

    static func rolloutStarted(_ rollout: String, digest: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .rolloutStarted,
            words: "rollout \(rollout) of plan \(digest) began",
            at: at
        )
    }

    /// What a durable record of a rollout means to the cluster; nothing where it only matters to the
    /// rollout itself.
    init?(_ record: JournalRecord, of rollout: String) {
        at = record.at
        switch record {
        case .paused(let reason, _):
            kind = .rolloutPaused
            words =
                switch reason {
                case .requested: "rollout \(rollout) was paused"
                case .failure: "rollout \(rollout) is paused: a step failed"
                }
        case .resumed:
            kind = .rolloutResumed
            words = "rollout \(rollout) goes on"
        case .finished(let outcome, _):
            kind = .rolloutEnded
            words = "rollout \(rollout) ended: \(outcome.rawValue)"
        case .began, .assigned, .ended, .satisfied, .retryPlanned, .stepFailed, .cancelRequested,
            .skipped:
            return nil
        }
    }

    static func coordinatorStarted(release: String, at: Int64) -> ClusterEvent {
        ClusterEvent(
            kind: .coordinatorStarted,
            words: "the coordinator, release \(release), began to serve",
            at: at
        )
    }

    static func coordinatorStopping(at: Int64) -> ClusterEvent {
        ClusterEvent(kind: .coordinatorStopping, words: "the coordinator is stopping", at: at)
    }
}
