import Document
import Plan

/// Turns a tree of values into a plan. Each part reads what it can and notes what is wrong; the rules
/// across parts see all that could be read, so that one mistake hides no other.
struct PlanDecoder {
    private let tree: DocumentTree
    private let notes: ProblemNotes

    init(_ tree: DocumentTree) {
        self.tree = tree
        notes = ProblemNotes(tree.problems)
    }

    /// The plan, or nothing where problems were noted.
    func decode() -> (plan: ClusterPlan?, problems: ProblemNotes) {
        let root = ObjectReader(root: tree.root, notes: notes, catalogue: PlanCatalogue())
        let version = root.required("apiVersion", Reading.word([ClusterPlan.apiVersion]))
        let kind = root.required("kind", Reading.word([ClusterPlan.kind]))
        let metadata = self.metadata(root.object("metadata", isRequired: true))
        let hosts = root.objects("hosts").map(HostDraft.init)
        let k3s = K3sDraft(root.object("k3s", isRequired: true))
        let mesh = MeshDraft(root.object("mesh"))
        let artifacts = ArtifactsDraft(root.object("artifacts"), k3s: k3s, mesh: mesh).settings
        let policies = PolicyDraft(root.object("policies"))
        let dashboard = AccessDraft.dashboard(root.object("dashboard"))
        let tunnel = AccessDraft.tunnel(root, cluster: metadata?.name, dashboard: dashboard)

        let facts = PlanFacts(
            hosts: hosts.map(\.facts),
            networks: k3s.networks + mesh.networks,
            allowWanEtcd: policies.allowWanEtcd
        )
        for finding in PlanCheck.findings(in: facts) {
            notes.add(tree.root.position(of: finding.pointer), finding.pointer, finding.complaint)
        }

        let planned = hosts.compactMap(\.host)
        guard notes.problems.isEmpty, version != nil, kind != nil, planned.count == hosts.count,
            let metadata, let k3s = k3s.settings, let mesh = mesh.settings, let artifacts,
            let policies = policies.settings, let dashboard, let tunnel
        else { return (nil, notes) }
        let plan = ClusterPlan(
            metadata: metadata,
            hosts: planned,
            k3s: k3s,
            mesh: mesh,
            dashboard: dashboard,
            tunnel: tunnel,
            artifacts: artifacts,
            policies: policies
        )
        return (plan, notes)
    }

    private func metadata(_ reader: ObjectReader) -> PlanMetadata? {
        reader.required("name", Names.label).map(PlanMetadata.init)
    }
}
