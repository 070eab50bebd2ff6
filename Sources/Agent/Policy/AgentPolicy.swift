import Plan
import Steps

/// What the owner of a server lets its agent do, whatever the coordinator asks for. What is not
/// restricted is allowed.
public struct AgentPolicy: Sendable, Equatable {
    /// Files that may be placed under one path.
    struct ArtifactRule: Sendable, Equatable {
        /// Absolute; compared as it is written.
        let path: String
        /// The SHA-256 of each that may be; nothing where any may be.
        let sha256: Set<String>?
    }

    /// Where it was read; nothing where there is no such file, and everything is allowed.
    public let file: String?
    /// The step kinds that are carried out; nothing where all are.
    let steps: Set<String>?
    /// What may be placed; nothing where anything may be, anywhere.
    let artifacts: [ArtifactRule]?
    /// The Kubernetes objects that may be applied, as `KIND NAMESPACE/NAME` or `KIND NAME`; nothing
    /// where any may be.
    let manifests: Set<String>?

    /// No restriction at all.
    public static let everything = AgentPolicy()

    init(
        file: String? = nil,
        steps: Set<String>? = nil,
        artifacts: [ArtifactRule]? = nil,
        manifests: Set<String>? = nil
    ) {
        self.file = file
        self.steps = steps
        self.artifacts = artifacts
        self.manifests = manifests
    }

    /// The step kinds of this release that are carried out, in the catalogue's order.
    public var allowedKinds: [String] { Self.kinds.filter(allows(kind:)) }

    /// The step kinds of this release that are refused, in the catalogue's order.
    public var refusedKinds: [String] { Self.kinds.filter { !allows(kind: $0) } }

    /// One line for people.
    public var summary: String {
        guard let file else { return "there is none: everything is allowed" }
        let places = artifacts.map { "artifacts at \($0.count) path\($0.count == 1 ? "" : "s")" }
        let objects = manifests.map { "\($0.count) manifest\($0.count == 1 ? "" : "s")" }
        return "\(file): \(allowedKinds.count) of \(Self.kinds.count) step kinds,"
            + " \(places ?? "any artifact"), \(objects ?? "any manifest")"
    }

    static let kinds = StepCatalog.kinds.map { $0.kind } + ErrandCatalog.kinds.map { $0.kind }

    private func allows(kind: String) -> Bool { steps?.contains(kind) ?? true }
}

// MARK: Decisions

extension AgentPolicy {
    /// Whether what a step does matters, beside its kind.
    func looksInside(kind: String) -> Bool {
        switch kind {
        case PlaceArtifact.kind: artifacts != nil
        case ApplyManifests.kind, ApplySecret.kind: manifests != nil
        default: false
        }
    }

    /// Fails, for good, where steps of a kind are not carried out.
    func demand(kind: String) throws(StepFailure) {
        guard !allows(kind: kind) else { return }
        throw refusal(
            of: "steps of the kind \(Quotation.of(kind))",
            add: "- \(Quotation.plain(kind))",
            under: "steps"
        )
    }

    /// Fails, for good, where a step would do what is not allowed.
    func demand(_ step: any Step) throws(StepFailure) {
        switch step {
        case let step as PlaceArtifact: try demand(step)
        case let step as ApplyManifests: for object in step.objects { try demand(object) }
        case let step as ApplySecret:
            try demand(manifest: "Secret \(step.namespace)/\(step.name)")
        default: break
        }
    }

    /// Fails, for good, where no path may have the file.
    func demand(artifact sha256: String) throws(StepFailure) {
        guard let artifacts else { return }
        guard !artifacts.contains(where: { $0.sha256?.contains(sha256) ?? true }) else { return }
        throw refusal(
            of: "the artifact \(Quotation.plain(sha256, limit: 64))",
            add: "\(Quotation.plain(sha256, limit: 64)) to \"sha256\" of its path",
            under: "artifacts"
        )
    }

    private func demand(_ step: PlaceArtifact) throws(StepFailure) {
        guard let artifacts else { return }
        let path = Quotation.plain(step.path, limit: 240)
        let rules = artifacts.filter { $0.path == step.path }
        guard !rules.isEmpty else {
            throw refusal(of: "an artifact at \(path)", add: "- path: \(path)", under: "artifacts")
        }
        guard !rules.contains(where: { $0.sha256?.contains(step.sha256) ?? true }) else { return }
        let hash = Quotation.plain(step.sha256, limit: 64)
        throw refusal(
            of: "\(Quotation.of(step.name)) with the SHA-256 \(hash) at \(path)",
            add: "- \(hash) to \"sha256\" of \(path)",
            under: "artifacts"
        )
    }

    private func demand(_ object: KubernetesObject) throws(StepFailure) {
        guard manifests != nil else { return }
        guard let name = ManifestIdentity.name(of: object) else {
            throw refusal(
                of: "the object \(Quotation.of(object.name)), whose kind and name cannot be told,",
                add: "its kind and name",
                under: "manifests"
            )
        }
        try demand(manifest: name)
    }

    private func demand(manifest name: String) throws(StepFailure) {
        guard let manifests, !manifests.contains(name) else { return }
        let shown = Quotation.plain(name, limit: 240)
        throw refusal(of: "the object \(shown)", add: "- \(shown)", under: "manifests")
    }

    private func refusal(of what: String, add line: String, under key: String) -> StepFailure {
        let file = file ?? PolicyFile.standardPath
        return StepFailure(
            "the server's own policy, \(file), does not allow \(what)",
            remedy: "If the server's owner agrees: in \(file) there, add \(line) under \"\(key)\","
                + " run `systemctl restart isthmus-agent`, and start the rollout again.",
            isPermanent: true,
            isRefusal: true
        )
    }
}
