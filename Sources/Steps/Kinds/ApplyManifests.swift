public import Plan

/// Applies objects to the cluster. Runs on the server; the objects go in by standard input, and the
/// fields they set belong to `isthmus` from then on.
public struct ApplyManifests: Step {
    /// `manifests`.
    public static let kind = "manifests"

    /// What people call them together: "Kilo 0.7.0".
    public var name: String
    /// The objects.
    public var objects: [KubernetesObject]

    /// Names the objects.
    public init(name: String, objects: [KubernetesObject]) {
        self.name = name
        self.objects = objects
    }

    /// `apply NAME`.
    public var title: String { "apply \(name)" }

    /// What the objects describe may restart.
    public var disruption: Disruption { .workload }

    /// Asks the API what would differ, without changing it.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let arguments = ["diff"] + Self.ownership + ["-f", "-"]
        let answer = try await Kubectl(context).answer(
            arguments,
            input: list,
            accepting: [0, 1],
            timeout: 120_000
        )
        guard let answer else {
            // No cluster yet: everything is new to it.
            return objects.isEmpty
                ? .satisfied
                : .changes(objects.map { .object(name: $0.name, diff: "") } + [Self.application])
        }
        if answer.status == 0 { return .satisfied }
        let changes = KubectlDiff.changes(in: answer.standardOutput, of: objects)
        guard !changes.isEmpty else {
            throw StepFailure(answer, of: Command(["k3s", "kubectl", "diff"]))
        }
        return .changes(changes + [Self.application])
    }

    /// Applies, and waits until new kinds of objects can be used.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let kubectl = Kubectl(context)
        _ = try await kubectl.require(Self.applying, input: list, timeout: 120_000)
        for definition in objects where definition.kind == "CustomResourceDefinition" {
            context.report("waiting for \(definition.name)")
            _ = try await kubectl.require(
                [
                    "wait", "--for=condition=Established", "--timeout=60s",
                    "crd/\(definition.shortName)",
                ],
                timeout: 70_000
            )
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    /// A field that somebody else set is taken over, so the comparison has to do the same.
    private static let ownership = [
        "--server-side", "--force-conflicts", "--field-manager=\(Kubectl.fieldManager)",
    ]

    /// kubectl's arguments that apply what stands on its standard input.
    static let applying = ["apply"] + ownership + ["-f", "-"]

    private static let application = Change.command(
        argv: Kubectl.argv(applying),
        purpose: "apply them from standard input"
    )

    private var list: Secret {
        let items = objects.map(\.json).joined(separator: ",\n")
        return Secret("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\(items)]}\n")
    }
}
