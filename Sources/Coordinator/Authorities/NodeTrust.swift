import Plan

/// What is known of a node's certificate and of those that it believes.
struct NodeTrust: Sendable, Equatable {
    /// The node.
    var node: HostID
    /// The authority of the certificate that it came with last, by the SHA-256 of its key; empty
    /// where it never came.
    var issuer: String
    /// The authorities that it said last that it believes, in the same form.
    var believed: Set<String>
    /// The end of its newest certificate, milliseconds since 1970.
    var certificateExpires: Int64
    /// Whether its certificates were taken back.
    var isRevoked = false
}

extension NodeTrust {
    /// Whether a node has come along.
    enum Progress: Sendable, Equatable {
        /// It has what the phase is about, or there is nothing to have.
        case caughtUp
        /// It has not.
        case behind
        /// Its certificate has expired or was taken back, or its authority was forgotten: no rotation
        /// can help it or harm it, it must enrol again.
        case lost
    }

    /// How far the node is in a rotation, at milliseconds since 1970.
    ///
    /// - Parameters:
    ///   - rotation: The one that is under way.
    ///   - authorities: Those that are believed, by the SHA-256 of their keys.
    ///   - now: The time.
    /// - Returns: Its progress.
    func progress(
        in rotation: AuthorityRotation?,
        counting authorities: [String],
        at now: Int64
    ) -> Progress {
        let isKnown = issuer.isEmpty || authorities.contains(issuer)
        guard isKnown, !isRevoked, now < certificateExpires else { return .lost }
        guard let rotation else { return .caughtUp }
        let signer = rotation.pin(of: rotation.phase.signer)
        let isThere =
            switch rotation.phase {
            case .introduced: believed.contains(rotation.incoming)
            // A node that believes the signer but could not show its certificate would be locked
            // out at the end, and so would one that has the certificate but does not believe it.
            case .signing, .returning, .finishing, .dropping:
                issuer == signer && believed.contains(signer)
            }
        return isThere ? .caughtUp : .behind
    }
}
