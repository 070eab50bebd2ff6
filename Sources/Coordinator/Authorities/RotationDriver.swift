import GRPCCore
import Logging
import Plan
import Protocol
import Trust

/// Carries out the change from one certificate authority to the next: asks the rules, makes the phase
/// last, then makes everything follow from it. One thing at a time.
///
/// What follows is the same after every action and at each start, and may be done again: the
/// coordinator's and the operator's certificates, what the port shows and believes, what the agents
/// are told. So a failure in the middle is mended by asking again.
actor RotationDriver {
    /// What it works with.
    struct Surroundings: Sendable {
        let state: StateDirectory
        let configuration: CoordinatorConfiguration
        let authorities: Authorities
        let store: Store
        let registry: NodeRegistry
        let connections: PeerConnections
        let logger: Logger
        let now: @Sendable () -> Int64
    }

    /// Where things stand, and what the call that asked has done.
    struct Report: Sendable {
        var set: AuthoritySet
        var nodes: [(trust: NodeTrust, progress: NodeTrust.Progress)]
        var hasChanged = false
        var leftBehind: [String] = []
    }

    private let surroundings: Surroundings
    private let files: AuthorityFiles
    private var present: @Sendable () throws -> Void = {}

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        files = AuthorityFiles(state: surroundings.state)
    }

    /// Says how the port comes to show the coordinator's newest certificate.
    func follow(_ present: @escaping @Sendable () throws -> Void) {
        self.present = present
    }

    /// Where things stand.
    func report() async throws(ServiceFailure) -> Report {
        report(of: try await nodes())
    }

    private func nodes() async throws(ServiceFailure) -> [NodeTrust] {
        try await surroundings.store.serve { db throws in try NodeAuthorityTable.all(in: db) }
    }

    private func report(of nodes: [NodeTrust]) -> Report {
        let set = surroundings.authorities.current
        let now = surroundings.now()
        return Report(
            set: set,
            nodes: nodes.map { ($0, $0.progress(in: set.rotation, counting: set.pins, at: now)) }
        )
    }

    /// Does what an operator asked, and says where things stand then.
    func perform(
        _ action: RotationAction,
        asked name: String
    ) async throws(ServiceFailure) -> Report {
        let nodes = try await nodes()
        // From here on nothing waits, so that no other action comes between.
        do {
            var outcome = try perform(action, nodes: nodes)
            guard outcome.hasChanged else { return outcome }
            if outcome.set.rotation != nil { outcome.leftBehind = [] }
            putOut(outcome.leftBehind)
            note(outcome, asked: name)
            return outcome
        } catch let refusal as RotationRefusal {
            throw .rotation(refusal)
        } catch {
            surroundings.logger.complain(
                "The change of the certificate authority did not go on",
                [.error: "\(error)", .operator: name]
            )
            throw .unfinishedRotation("\(error)")
        }
    }

    /// Decides by what is on the disk: a failure may have kept the rest from following it.
    private func perform(_ action: RotationAction, nodes: [NodeTrust]) throws -> Report {
        let known = report(of: nodes)
        let set = try files.load()
        let isMended = set.pins != known.set.pins || set.rotation != known.set.rotation
        if isMended { try apply(set, nodes: nodes.count) }
        var outcome = report(of: nodes)
        outcome.leftBehind = known.behind
        outcome.hasChanged = isMended
        // An end that had been cut short is whole now.
        if isMended, set.rotation == nil, case .finish = action { return outcome }
        let decision = try AuthorityRotation.decide(
            action,
            in: set.rotation?.phase,
            behind: outcome.behind
        )
        guard decision != .unchanged else {
            try apply(set, nodes: nodes.count)
            return outcome
        }
        try carryOut(decision, from: set)
        try apply(try files.load(), nodes: nodes.count)
        let behind = outcome.behind
        outcome = report(of: nodes)
        outcome.leftBehind = behind
        outcome.hasChanged = true
        return outcome
    }

    /// Their certificates are refused at the door; those who are inside go.
    private func putOut(_ nodes: [String]) {
        let cluster = surroundings.configuration.cluster
        for node in nodes.compactMap(HostID.init) {
            surroundings.connections.end(of: .agent(cluster: cluster, id: node))
        }
    }

    /// Renews the coordinator's and the operator's certificates where they are due; says whether the
    /// coordinator's own was.
    func renewOwnCredentials() throws -> Bool {
        guard
            try credentials(surroundings.authorities.current).renewWhereDue(now: surroundings.now())
        else { return false }
        try present()
        return true
    }

    /// Gives the operator on this machine a new credential in the state folder.
    func replaceOperator() throws {
        try credentials(surroundings.authorities.current).issueOperator(now: surroundings.now())
    }

    private func carryOut(_ decision: RotationDecision, from set: AuthoritySet) throws {
        let now = surroundings.now()
        switch decision {
        case .unchanged:
            break
        case .introduce:
            try files.introduce(
                besides: set.signer,
                cluster: surroundings.configuration.cluster,
                now: now
            )
        case .move(let phase):
            guard var rotation = set.rotation else { return }
            rotation.phase = phase
            rotation.since = now
            try files.save(rotation)
        }
    }

    /// The port believes an authority before it signs for anyone, and a node hears of a change when
    /// the port knows it.
    private func apply(_ set: AuthoritySet, nodes: Int) throws {
        _ = try credentials(set).renewWhereDue(now: surroundings.now())
        try present()
        surroundings.authorities.announce(set, nodes: nodes) { message in
            for node in surroundings.registry.sessions.keys {
                surroundings.registry.send(message, to: node)
            }
        }
    }

    private func credentials(_ set: AuthoritySet) -> OwnCredentials {
        OwnCredentials(
            state: surroundings.state,
            configuration: surroundings.configuration,
            authorities: set
        )
    }

    private func note(_ report: Report, asked name: String) {
        let signer = report.set.signer.certificate.publicKeySHA256
        surroundings.logger.note(
            "The certificate authority changes: \(report.set.rotation?.phase.rawValue ?? "settled")",
            [
                .operator: name, .authority: signer,
                .leftBehind: report.leftBehind.joined(separator: " "),
            ]
        )
    }
}

extension RotationDriver.Report {
    /// Nodes that have not come along, by id.
    var behind: [String] {
        nodes.filter { $0.progress == .behind }.map(\.trust.node.description)
    }
}
