import FoundationEssentials
public import Plan

/// Keeps a Secret of the cluster as the plan's secrets are. Runs on the server; the values come as
/// inputs and go in by standard input, and no change shows them.
///
/// Whoever reads the Secret only at its start is restarted after a change. The Secret says until
/// then that this is still to be done, so that a crash between the two is survived.
public struct ApplySecret: Step {
    /// `cluster-secret`.
    public static let kind = "cluster-secret"

    /// The namespace, which has to be there.
    public var namespace: String
    /// The Secret's name.
    public var name: String
    /// Values by their keys that anybody may know.
    public var plain: [String: String]
    /// The keys of those that nobody may; each is the name of an input.
    public var secrets: [String]
    /// The Deployment that reads it at its start; nothing where nobody does.
    public var reader: String?

    /// Describes a Secret.
    public init(
        namespace: String,
        name: String,
        plain: [String: String],
        secrets: [String],
        reader: String? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.plain = plain
        self.secrets = secrets
        self.reader = reader
    }

    /// `keep Secret NAMESPACE/NAME`.
    public var title: String { "keep Secret \(namespace)/\(name)" }

    /// Its reader is restarted.
    public var disruption: Disruption { .workload }

    /// Compares key by key; says which differ and no more.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let changes = try changes(to: try await found(context), context)
        return changes.isEmpty ? .satisfied : .changes(changes)
    }

    /// Sets what differs, then restarts the reader.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let kubectl = Kubectl(context)
        let before = try await found(context)
        let isPending = before?.isPending == true
        let differs = try !changes(to: before, context).isEmpty
        if isPending || differs {
            let restarts = reader != nil && before != nil
            try await set(kubectl, context, pending: restarts)
            if let reader, restarts { try await restart(reader, kubectl, context) }
            if restarts { try await set(kubectl, context, pending: false) }
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    /// Marks a Secret whose reader knows the values before.
    private static let pendingMark = "isthmus.io/reader-restart"

    private struct Found: Decodable {
        struct Metadata: Decodable {
            var annotations: [String: String]?
        }

        var metadata: Metadata
        var data: [String: String]?

        var isPending: Bool { metadata.annotations?[ApplySecret.pendingMark] == "pending" }
    }

    private func found(_ context: StepContext) async throws(StepFailure) -> Found? {
        let kubectl = Kubectl(context)
        let answer = try await kubectl.object("secret", name, in: namespace, isSecret: true)
        return try answer.map { answer throws(StepFailure) in
            try kubectl.decode(Found.self, from: answer)
        }
    }

    private func changes(
        to found: Found?,
        _ context: StepContext
    ) throws(StepFailure) -> [Change] {
        guard let found else {
            return [.object(name: "Secret \(namespace)/\(name)", diff: "")]
        }
        let wanted = try encoded(context)
        var changes: [Change] = []
        for key in wanted.keys.sorted() where found.data?[key] != wanted[key] {
            let before = found.data?[key] == nil ? "" : "another value"
            changes.append(
                .setting(
                    name: "Secret \(namespace)/\(name), \(key)",
                    before: before,
                    after: "the plan's value"
                )
            )
        }
        if let reader, found.isPending || !changes.isEmpty {
            changes.append(
                .command(argv: Kubectl.argv(restarting(reader)), purpose: "let it read them")
            )
        }
        return changes
    }

    /// All values in Base64.
    private func encoded(_ context: StepContext) throws(StepFailure) -> [String: String] {
        var values = plain.mapValues { Data($0.utf8).base64EncodedString() }
        for key in secrets {
            guard let value = context.inputs[key] else {
                throw StepFailure(
                    "the coordinator sent no \(key)",
                    remedy: "Install the coordinator's release of isthmus-agent on the machine.",
                    isPermanent: true
                )
            }
            values[key] = Data(value.reveal()).base64EncodedString()
        }
        return values
    }

    private func set(
        _ kubectl: Kubectl,
        _ context: StepContext,
        pending: Bool
    ) async throws(StepFailure) {
        let mark = (Self.pendingMark, pending ? "pending" : "done")
        let metadata: PlanValue = .object([
            .init("name", .string(name)), .init("namespace", .string(namespace)),
            .init("annotations", .texts([mark])),
        ])
        let data = try encoded(context).sorted { $0.key < $1.key }
        let object: PlanValue = .object([
            .init("apiVersion", .string("v1")), .init("kind", .string("Secret")),
            .init("metadata", metadata), .init("type", .string("Opaque")),
            .init("data", .texts(data.map { ($0.key, $0.value) })),
        ])
        let list: PlanValue = .object([
            .init("apiVersion", .string("v1")), .init("kind", .string("List")),
            .init("items", .list([object])),
        ])
        _ = try await kubectl.require(
            ApplyManifests.applying,
            input: Secret(list.canonicalJSON())
        )
    }

    private func restart(
        _ reader: String,
        _ kubectl: Kubectl,
        _ context: StepContext
    ) async throws(StepFailure) {
        // Where the chart is not there yet, there is nobody to restart.
        guard try await kubectl.object("deployment", reader, in: namespace) != nil else { return }
        context.report("restarting \(reader), which reads \(name) at its start")
        _ = try await kubectl.require(restarting(reader))
    }

    private func restarting(_ reader: String) -> [String] {
        ["rollout", "restart", "deployment/\(reader)", "-n", namespace]
    }
}
