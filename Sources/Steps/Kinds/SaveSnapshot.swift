public import Plan

/// Takes the cluster's first snapshot, and leaves a copy with the coordinator, sealed on this machine
/// for the operator's key, together with the server token, without which a snapshot is worth nothing.
///
/// A cluster, known by its authority, has one first snapshot: where the coordinator keeps it, nothing
/// is done.
public struct SaveSnapshot: Step {
    /// `k3s-snapshot`.
    public static let kind = "k3s-snapshot"

    /// Whom the copies are sealed for: a certificate, PEM.
    public var recipient: String
    /// Where K3s keeps snapshots; nothing for its own place.
    public var directory: String?

    /// Describes the snapshot.
    public init(recipient: String, directory: String? = nil) {
        self.recipient = recipient
        self.directory = directory
    }

    /// `keep a sealed snapshot`.
    public var title: String { "keep a sealed snapshot" }

    /// K3s goes on while it writes one.
    public var disruption: Disruption { .none }

    /// Satisfied where the coordinator keeps both copies.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        guard let token = try await ServerToken.read(context) else {
            return .changes([Self.copying("of this cluster")])
        }
        let names = Names(token)
        let missing = try await missing(names, context)
        guard !missing.isEmpty else { return .satisfied }
        var changes: [Change] = []
        if missing.contains(names.snapshotCopy), try await files(names, context).isEmpty {
            changes.append(
                .command(argv: Self.saving(names).argv, purpose: "take a snapshot of etcd")
            )
        }
        return .changes(changes + missing.map(Self.copying))
    }

    /// Takes it where there is none on the machine, seals it and hands it over.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        guard let token = try await ServerToken.read(context) else { throw Self.noToken }
        let names = Names(token)
        for name in try await missing(names, context) {
            let isSnapshot = name == names.snapshotCopy
            let path = isSnapshot ? try await taken(names, context) : K3sFiles.serverToken
            context.report("sealing \(path) and handing it over as \(name)")
            try await deposit(path, as: name, context)
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    /// What the parts of one cluster's first snapshot are called.
    private struct Names {
        let snapshot: String
        let snapshotCopy: String
        let tokenCopy: String

        init(_ token: ServerToken) {
            snapshot = "isthmus-first-\(token.cluster)"
            snapshotCopy = "first-\(token.cluster).snapshot"
            tokenCopy = "first-\(token.cluster).token"
        }
    }

    private static func saving(_ names: Names) -> Command {
        Command(["k3s", "etcd-snapshot", "save", "--name", names.snapshot], timeout: 120_000)
    }

    private static func copying(_ name: String) -> Change {
        .setting(name: "sealed copy \(name)", before: "none", after: "kept by the coordinator")
    }

    private static var noToken: StepFailure {
        StepFailure(
            "there is no \(K3sFiles.serverToken) that could be read on the server",
            remedy: "See `journalctl -u k3s` there: K3s writes it when it begins to serve."
        )
    }

    private func missing(
        _ names: Names,
        _ context: StepContext
    ) async throws(StepFailure) -> [String] {
        var missing: [String] = []
        for name in [names.tokenCopy, names.snapshotCopy] {
            do {
                if try await !context.deposits.holds(name) { missing.append(name) }
            } catch {
                throw StepFailure(error, while: "ask the coordinator for \(name)")
            }
        }
        return missing
    }

    /// The newest snapshot of that name, taken now where there is none.
    private func taken(
        _ names: Names,
        _ context: StepContext
    ) async throws(StepFailure) -> String {
        if let path = try await files(names, context).last { return path }
        context.report("taking a snapshot of etcd")
        _ = try await context.require(Self.saving(names))
        guard let path = try await files(names, context).last else {
            throw StepFailure(
                "`k3s etcd-snapshot save` left no file \(names.snapshot)-… in \(place)",
                remedy: "Where K3s keeps snapshots elsewhere, name the place in the plan: "
                    + "k3s.config.server, etcd-snapshot-dir."
            )
        }
        return path
    }

    private var place: String { directory ?? K3sFiles.snapshots }

    /// The snapshots of that name, oldest first: K3s adds the node and the time to it.
    private func files(
        _ names: Names,
        _ context: StepContext
    ) async throws(StepFailure) -> [String] {
        let search = Command([
            "find", place, "-maxdepth", "1", "-type", "f", "-name", "\(names.snapshot)-*",
        ])
        // Where the folder is not there yet, find says so with its status.
        let result = try await context.run(search)
        guard result.status == 0 else { return [] }
        return result.standardOutput.split(separator: "\n").map(String.init).sorted()
    }

    private func deposit(
        _ path: String,
        as name: String,
        _ context: StepContext
    ) async throws(StepFailure) {
        let (host, recipient) = (context.host, recipient)
        do {
            try await context.deposits.deposit(name) { send throws(HostFailure) in
                try await host.seal(path, for: recipient, receive: send)
            }
        } catch {
            throw StepFailure(error, while: "keep a sealed copy of \(path)")
        }
    }
}
