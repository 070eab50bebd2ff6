import Plan
import Testing

/// What the difference between two plans says, by pointers.
struct PlanDiffTests {
    @Test func `equal plans have no difference, in whichever order their hosts stand`() throws {
        let plan = try Self.plan()
        #expect(PlanDiff(from: plan, to: plan).isEmpty)
        var turned = plan
        turned.hosts.reverse()
        #expect(PlanDiff(from: plan, to: turned) == PlanDiff(from: turned, to: turned))
    }

    @Test func `values are named by their pointers into the new plan`() throws {
        let old = try Self.plan()
        var new = old
        new.hosts.reverse()
        new.hosts[0].labels = ["tier": "edge"]
        new.k3s.version = "v1.35.0+k3s1"
        new.hosts[1].region = nil
        let diff = PlanDiff(from: old, to: new)
        #expect(
            diff.differences.map(\.pointer.description) == [
                "/k3s/version", "/hosts/0/labels/tier", "/hosts/1/topology/region",
            ]
        )
        #expect(diff.differences.map(\.before) == [.string("v1.34.3+k3s1"), nil, .string("japan")])
        #expect(diff.differences.map(\.after) == [.string("v1.35.0+k3s1"), .string("edge"), nil])
        #expect(diff.changed == [new.hosts[0].id, new.hosts[1].id])
        #expect(diff.differences[1].field == "hosts[].labels.tier")
    }

    @Test func `a removed host is named, with what to do, and has no steps`() throws {
        let old = try Self.plan()
        var new = old
        let gone = new.hosts.removeLast()
        let diff = PlanDiff(from: old, to: new)
        #expect(diff.removed == [gone.id])
        #expect(diff.differences.isEmpty)
        #expect(!diff.steps.contains { $0.host == gone.id })
        #expect(diff.steps.map(\.kind) == ["mesh-proof"])
        let caution = try #require(diff.cautions.first)
        #expect(caution.pointer.description == "/hosts/1")
        #expect(caution.words.contains("never touches it"))
        #expect(caution.words.contains("k3s kubectl delete node seoul"))
    }

    @Test func `an added host takes every step of its role, because of itself`() throws {
        let new = try Self.plan()
        var old = new
        let come = old.hosts.removeLast()
        let diff = PlanDiff(from: old, to: new)
        #expect(diff.added == [come.id])
        let own = diff.steps.filter { $0.host == come.id }
        #expect(own.first?.kind == "hostname")
        #expect(own.contains { $0.kind == "k3s-agent" })
        #expect(own.allSatisfy { $0.because.map(\.description) == ["/hosts/1"] })
        #expect(diff.steps.filter { $0.host != come.id }.map(\.kind) == ["mesh-proof"])
        #expect(diff.cautions.isEmpty)
    }

    @Test(arguments: [
        ("v1.33.1+k3s1", "go back"), ("v1.36.0+k3s1", "one minor release"), ("v1.35.9+k3s2", nil),
        ("v1.34.3+k3s2", nil),
    ])
    func `a release that cannot be reached is cautioned against`(
        version: String,
        words: String?
    ) throws {
        let old = try Self.plan()
        var new = old
        new.k3s.version = version
        let cautions = PlanDiff(from: old, to: new).cautions
        #expect(cautions.isEmpty == (words == nil))
        if let words { #expect(cautions.first?.words.contains(words) == true) }
    }

    @Test func `how a rollout is done affects no step`() throws {
        let old = try Self.plan()
        var new = old
        new.policies.parallelism = 3
        let diff = PlanDiff(from: old, to: new)
        #expect(diff.differences.map(\.pointer.description) == ["/policies/parallelism"])
        #expect(diff.steps.isEmpty)
    }

    @Test func `K3s' own keys concern the hosts of their role`() throws {
        let old = try Self.plan()
        var new = old
        new.k3s.agentConfig = ["kubelet-arg": .list(["max-pods=50"])]
        let agents = PlanDiff(from: old, to: new)
        #expect(agents.differences.map(\.pointer.description) == ["/k3s/config/agent/kubelet-arg"])
        #expect(agents.steps.map { "\($0.host) \($0.kind)" } == ["seoul k3s-agent"])
        new = old
        new.k3s.serverConfig = ["debug": .flag(true)]
        let server = PlanDiff(from: old, to: new)
        #expect(server.steps.map { "\($0.host) \($0.kind)" } == ["tokyo k3s-server"])
    }

    @Test func `a tunnel has steps, and going back from it a caution`() throws {
        let old = try Self.plan()
        var new = old
        new.tunnel = TunnelSettings(
            accountID: String(repeating: "0", count: 32),
            name: "test",
            apiToken: .environment("TOKEN"),
            hostname: "a.example.org"
        )
        let diff = PlanDiff(from: old, to: new)
        #expect(
            diff.steps.map { "\($0.host) \($0.kind)" } == [
                "tokyo manifests", "tokyo cluster-secret", "tokyo chart-ready",
                "tokyo ingress-published", "tokyo public-name",
            ]
        )
        #expect(diff.cautions.isEmpty && new.cautions.isEmpty)
        let back = PlanDiff(from: new, to: old)
        #expect(back.cautions.map(\.pointer.description) == ["/tunnel"])
        #expect(back.cautions.first?.words.contains("coordinator tunnel remove") == true)
    }

    private static func plan() throws -> ClusterPlan {
        let file = ArtifactReference(url: "https://example.org/file")
        return ClusterPlan(
            metadata: PlanMetadata(name: "test"),
            hosts: [
                try host("tokyo", .server, "203.0.113.10", region: "japan"),
                try host("seoul", .agent, "203.0.113.20", region: "korea"),
            ],
            k3s: K3sSettings(version: "v1.34.3+k3s1"),
            mesh: MeshSettings(),
            artifacts: ArtifactSettings(
                k3s: [:],
                installScript: file,
                kiloCRDs: file,
                kiloManifest: file
            ),
            policies: PolicySettings()
        )
    }

    private static func host(
        _ id: String,
        _ role: HostRole,
        _ address: String,
        region: String
    ) throws -> PlannedHost {
        PlannedHost(
            id: try #require(HostID(id)),
            hostname: id,
            role: role,
            publicAddress: address,
            internalAddress: address,
            region: region,
            location: region
        )
    }
}
