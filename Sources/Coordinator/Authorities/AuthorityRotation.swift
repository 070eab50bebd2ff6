/// How far the change from one certificate authority to the next has come, and what may happen then.
///
/// Pure: the only place that knows the rules. Where there is no rotation, there is one authority,
/// which signs and is believed.
struct AuthorityRotation: Sendable, Equatable, Codable {
    /// One of the two authorities.
    enum Side: String, Sendable, Equatable, Codable {
        /// The one that there was before.
        case outgoing
        /// The one that was made to take its place.
        case incoming
    }

    /// Where a rotation stands.
    enum Phase: String, Sendable, Equatable, Codable, CaseIterable {
        /// Both are believed, the outgoing one signs: everybody learns of the incoming one.
        case introduced
        /// Both are believed, the incoming one signs: everybody gets its certificates.
        case signing
        /// Both are believed, the outgoing one signs again: everybody gets its certificates back.
        case returning
        /// Only the incoming one counts. Written before the other's key is destroyed, so that a
        /// crash does not leave that half done.
        case finishing
        /// Only the outgoing one counts. Written before the other's key is destroyed.
        case dropping

        /// Who issues certificates.
        var signer: Side {
            switch self {
            case .introduced, .returning, .dropping: .outgoing
            case .signing, .finishing: .incoming
            }
        }

        /// Whose certificates are believed.
        var believed: [Side] {
            switch self {
            case .introduced, .signing, .returning: [.outgoing, .incoming]
            case .finishing: [.incoming]
            case .dropping: [.outgoing]
            }
        }

        /// The phase of which only the last half is to be done; nothing for the others.
        var survivor: Side? { believed.count == 1 ? signer : nil }
    }

    /// Where it stands.
    var phase: Phase
    /// Since when, milliseconds since 1970.
    var since: Int64
    /// SHA-256 of the outgoing authority's key, hexadecimal.
    let outgoing: String
    /// SHA-256 of the incoming authority's key, hexadecimal.
    let incoming: String

    /// The key of a side, by its SHA-256.
    func pin(of side: Side) -> String {
        switch side {
        case .outgoing: outgoing
        case .incoming: incoming
        }
    }
}

/// What an operator may ask of a rotation. Each names the phase to come to, so that asking twice, as
/// after an answer that was lost, does no more than asking once.
enum RotationAction: Sendable, Equatable {
    /// Make an authority and let everybody know it.
    case start
    /// Let the incoming one sign.
    case sign
    /// Let the outgoing one sign again.
    case back
    /// Forget the one that does not sign; with nodes that still need it only if they are to be left
    /// behind.
    case finish(leavingBehind: Bool)
}

/// What becomes of an action.
enum RotationDecision: Sendable, Equatable {
    /// It is so already.
    case unchanged
    /// There is no incoming authority yet: make one.
    case introduce
    /// Go on to this phase.
    case move(AuthorityRotation.Phase)
}

/// Why a rotation does not do what was asked. Nothing has changed then.
enum RotationRefusal: Error, Sendable, Equatable {
    /// There is no rotation that could go on.
    case notStarted
    /// There is one, and it has come further than its beginning.
    case underWay(AuthorityRotation.Phase)
    /// The incoming authority has signed nothing: there is nothing to finish.
    case nothingSigned
    /// These nodes would be locked out.
    case behind([String])
    /// It is being finished; only that may go on.
    case ending(AuthorityRotation.Phase)
}

extension AuthorityRotation {
    /// What an action leads to.
    ///
    /// - Parameters:
    ///   - action: What was asked.
    ///   - phase: Where the rotation stands; nothing where there is none.
    ///   - behind: Nodes that do not yet have what this phase is about.
    /// - Throws: Why it may not be done.
    /// - Returns: What is to be done.
    static func decide(
        _ action: RotationAction,
        in phase: Phase?,
        behind: [String]
    ) throws(RotationRefusal) -> RotationDecision {
        guard let phase else {
            guard action == .start else { throw .notStarted }
            return .introduce
        }
        switch (action, phase) {
        case (.start, .introduced), (.sign, .signing), (.back, .returning):
            return .unchanged
        case (.start, .signing), (.start, .returning):
            throw .underWay(phase)
        case (.sign, .introduced), (.sign, .returning):
            return .move(.signing)
        case (.back, .introduced), (.back, .signing):
            return .move(.returning)
        case (.finish, .introduced):
            throw .nothingSigned
        case (.finish(let leavingBehind), .signing), (.finish(let leavingBehind), .returning):
            guard leavingBehind || behind.isEmpty else { throw .behind(behind) }
            return .move(phase == .signing ? .finishing : .dropping)
        case (.finish, .finishing), (.finish, .dropping):
            return .move(phase)
        case (_, .finishing), (_, .dropping):
            throw .ending(phase)
        }
    }
}
