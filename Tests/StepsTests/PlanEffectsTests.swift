import Plan
import Steps
import Testing

/// Holds what a plan's difference says about steps to the steps themselves: a step whose parameters
/// become others must have been foretold.
struct PlanEffectsTests {
    /// One change of every field that steps depend on.
    static let changes: [(String, @Sendable (inout ClusterPlan) -> Void)] = [
        ("hostname", { $0.hosts[1].hostname = "another" }),
        ("server's hostname", { $0.hosts[0].hostname = "another" }),
        ("role", { ($0.hosts[0].role, $0.hosts[1].role) = (.agent, .server) }),
        ("public address", { $0.hosts[1].publicAddress = "203.0.113.99" }),
        ("server's public address", { $0.hosts[0].publicAddress = "203.0.113.99" }),
        ("internal address", { $0.hosts[1].internalAddress = "10.0.0.99" }),
        ("behindNAT", { $0.hosts[1].behindNAT = true }),
        ("region", { $0.hosts[1].region = "busan" }),
        ("location", { $0.hosts[1].location = "busan" }),
        ("labels", { $0.hosts[1].labels = ["a": "b"] }),
        ("taints", { $0.hosts[1].taints = ["a=b:NoSchedule"] }),
        ("version", { $0.k3s.version = "v1.35.0+k3s1" }),
        ("tlsSANs", { $0.k3s.tlsSANs = ["example.org"] }),
        ("disable", { $0.k3s.disable = [] }),
        ("clusterCIDR", { $0.k3s.clusterCIDR = "10.50.0.0/16" }),
        ("serviceCIDR", { $0.k3s.serviceCIDR = "10.60.0.0/16" }),
        ("secretsEncryption", { $0.k3s.secretsEncryption = false }),
        ("hairpin", { $0.k3s.hairpin = .check }),
        ("no snapshot", { $0.k3s.snapshotRecipient = nil }),
        ("another recipient", { $0.k3s.snapshotRecipient = "another" }),
        ("snapshots' place", { $0.k3s.serverConfig = ["etcd-snapshot-dir": .text("/srv")] }),
        ("images", { $0.artifacts.airgapImages = [.amd64: .init(url: "https://example.org/i")] }),
        ("kiloVersion", { $0.mesh.kiloVersion = "0.8.0" }),
        ("Kilo's image", { $0.mesh.image = "registry.example.org/kilo:0.7.0" }),
        ("port", { $0.mesh.port = 1 }),
        ("subnet", { $0.mesh.subnet = "10.9.0.0/16" }),
        ("mtu", { $0.mesh.mtu = 1300 }),
        ("natKeepalive", { $0.mesh.natKeepalive = 9 }),
        ("k3s binary", { $0.artifacts.k3s = [.amd64: .init(url: "https://example.org/k3s")] }),
        ("install script", { $0.artifacts.installScript.url = "https://example.org/other" }),
        ("Kilo's CRDs", { $0.artifacts.kiloCRDs.url = "https://example.org/other" }),
        ("Kilo's manifest", { $0.artifacts.kiloManifest.url = "https://example.org/other" }),
        ("no dashboard", { $0.dashboard.provider = .absent }),
        ("no tunnel", { $0.tunnel = nil }),
        ("account", { $0.tunnel?.accountID = "ffffffffffffffffffffffffffffffff" }),
        ("tunnel's name", { $0.tunnel?.name = "another" }),
        ("dashboard's name", { $0.tunnel?.hostname = "another.example.com" }),
        ("services", { $0.tunnel?.services[0].port = 81 }),
        ("attempts", { $0.policies.parallelism = 2 }),
        ("one host less", { $0.hosts.removeLast() }),
    ]

    @Test(arguments: changes.indices)
    func `what becomes different was foretold`(index: Int) throws {
        let (name, change) = Self.changes[index]
        let old = ThreeClouds.plan
        var new = old
        change(&new)
        let diff = PlanDiff(from: old, to: new)
        #expect(!diff.isEmpty, "\(name)")
        let foretold = Set(diff.steps.map { "\($0.host).\($0.kind)" })
        let before = try Self.steps(of: old)
        let changed = try Self.steps(of: new).filter { before[$0.key] != $0.value }
        let keys = Set(changed.map { "\($0.value.subject).\($0.value.kind)" })
        #expect(keys.isSubset(of: foretold), "\(name): \(keys.subtracting(foretold).sorted())")
        // What is foretold beside that is done again although its parameters stay: K3s starts anew
        // with another binary, Kilo's objects are patched with what the plan says, and what was
        // published is asked again.
        let again: Set<String> = [
            "k3s-server", "k3s-agent", "manifests", "nodes-ready", "chart-ready",
            "ingress-published", "public-name",
        ]
        let more = diff.steps.filter { !again.contains($0.kind) }.map { "\($0.host).\($0.kind)" }
        #expect(Set(more).isSubset(of: keys), "\(name): \(Set(more).subtracting(keys).sorted())")
    }

    @Test func `every kind that is foretold is in the catalogue`() {
        var new = ThreeClouds.plan
        new.metadata.name = "another"
        let empty = PlanDiff(from: new, to: ThreeClouds.plan)
        #expect(empty.steps.isEmpty)
        var none = ThreeClouds.plan
        none.hosts = []
        let all = PlanDiff(from: none, to: ThreeClouds.plan).steps
        var servers = ThreeClouds.plan
        servers.hosts[1].role = .server
        let more = PlanDiff(from: none, to: servers).steps
        let planned = StepCatalog.kinds.filter { !($0 is any Query.Type) }.map { $0.kind }
        #expect(Set((all + more).map(\.kind)) == Set(planned))
    }

    private struct Spelled: Equatable {
        var subject: HostID
        var kind: String
        var parameters: [UInt8]
        var executor: HostID
    }

    private static func steps(of plan: ClusterPlan) throws -> [StepID: Spelled] {
        let artifacts = ResolvedArtifacts(
            k3s: [.amd64: "\(plan.artifacts.k3s[.amd64]?.url ?? "")\(plan.k3s.version)"],
            installScript: plan.artifacts.installScript.url,
            airgapImages: plan.artifacts.airgapImages.mapValues(\.url),
            kiloCRDs: [.init(name: "Kind a", json: plan.artifacts.kiloCRDs.url)],
            kilo: [.init(name: "Kind b", json: plan.artifacts.kiloManifest.url)]
        )
        let architectures = plan.hosts.map { ($0.id, Architecture.amd64) }
        let made = try ClusterSteps.steps(
            for: plan,
            artifacts: artifacts,
            architectures: Dictionary(uniqueKeysWithValues: architectures)
        )
        return try made.steps.reduce(into: [:]) { steps, planned in
            steps[planned.node.id] = Spelled(
                subject: planned.node.subject,
                kind: planned.node.kind,
                parameters: try StepCatalog.encode(planned.step),
                executor: planned.node.executor
            )
        }
    }
}
