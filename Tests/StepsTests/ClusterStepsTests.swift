import Plan
import Steps
import Testing

struct ClusterStepsTests {
    @Test func `three clouds become these steps, in this order`() throws {
        let lines = try ThreeClouds.steps().map { planned in
            let node = planned.node
            let place = node.executor == node.subject ? "" : " on \(node.executor)"
            let needs = node.dependsOn.map(\.description).joined(separator: " ")
            return "\(node.id)\(place)" + (needs.isEmpty ? "" : " < \(needs)")
        }
        #expect(
            lines == [
                "kube-japan.hostname",
                "kube-japan.wireguard-tools < kube-japan.hostname",
                "kube-japan.artifact.k3s < kube-japan.wireguard-tools",
                "kube-japan.artifact.install-script < kube-japan.artifact.k3s",
                "kube-seoul.hostname",
                "kube-seoul.wireguard-tools < kube-seoul.hostname",
                "kube-seoul.artifact.k3s < kube-seoul.wireguard-tools",
                "kube-seoul.artifact.install-script < kube-seoul.artifact.k3s",
                "kube-chuncheon.hostname",
                "kube-chuncheon.wireguard-tools < kube-chuncheon.hostname",
                "kube-chuncheon.artifact.k3s < kube-chuncheon.wireguard-tools",
                "kube-chuncheon.artifact.install-script < kube-chuncheon.artifact.k3s",
                "kube-japan.public-address < kube-japan.artifact.install-script",
                "kube-japan.k3s-server < kube-japan.public-address",
                "kube-japan.kilo-annotation < kube-japan.k3s-server",
                "kube-japan.manifests.kilo-crds < kube-japan.kilo-annotation",
                "kube-japan.manifests.kilo < kube-japan.manifests.kilo-crds",
                "kube-japan.nodes-ready < kube-japan.manifests.kilo",
            ] + agent("kube-seoul") + agent("kube-chuncheon") + Self.proven + Self.pages
        )
    }

    private static let proven: [String] = {
        let ready = "kube-japan.nodes-ready kube-seoul.nodes-ready kube-chuncheon.nodes-ready"
        return [
            "kube-japan.mesh-proof < \(ready)", "kube-seoul.mesh-proof < \(ready)",
            "kube-chuncheon.mesh-proof < \(ready)", "kube-japan.k3s-snapshot < \(proofs)",
        ]
    }()

    /// What follows once the mesh is proven.
    private static let pages = [
        "manifests.dashboard-namespace < \(proofs)",
        "manifests.dashboard < kube-japan.manifests.dashboard-namespace",
        "chart-ready.dashboard < kube-japan.manifests.dashboard",
        "manifests.tunnel-namespace < \(proofs)",
        "cluster-secret.tunnel < kube-japan.manifests.tunnel-namespace",
        "manifests.tunnel < kube-japan.cluster-secret.tunnel",
        "chart-ready.tunnel < kube-japan.manifests.tunnel",
        "manifests.ingress-dashboard < kube-japan.chart-ready.tunnel "
            + "kube-japan.chart-ready.dashboard",
        "ingress-published.dashboard < kube-japan.manifests.ingress-dashboard",
        "public-name.dashboard < kube-japan.ingress-published.dashboard",
        "manifests.ingress-service-1 < kube-japan.chart-ready.tunnel",
        "ingress-published.service-1 < kube-japan.manifests.ingress-service-1",
        "public-name.service-1 < kube-japan.ingress-published.service-1",
    ].map { "kube-japan.\($0)" }

    private static let proofs = ["kube-japan", "kube-seoul", "kube-chuncheon"]
        .map { "\($0).mesh-proof" }.joined(separator: " ")

    private func agent(_ id: String) -> [String] {
        [
            "\(id).k3s-join-token on kube-japan < kube-japan.nodes-ready "
                + "\(id).artifact.install-script",
            "\(id).k3s-agent < \(id).k3s-join-token",
            "\(id).kilo-annotation on kube-japan < \(id).k3s-agent",
            "\(id).nodes-ready on kube-japan < \(id).kilo-annotation",
            "\(id).k3s-join-token-revocation on kube-japan < \(id).nodes-ready",
        ]
    }

    @Test func `an agent is handed the token that was made for it`() throws {
        let agent = try #require(
            try ThreeClouds.steps().first { $0.node.id.description == "kube-seoul.k3s-agent" }
        )
        let token = OutputReference(step: StepID("kube-seoul.k3s-join-token"), name: "token")
        #expect(agent.node.inputs == ["token": token])
    }

    @Test func `titles are words, and limits come from the plan`() throws {
        var plan = ThreeClouds.plan
        plan.policies.timeouts = TimeoutSettings(
            step: 1000,
            download: 2000,
            k3sReady: 3000,
            nodesReady: 4000
        )
        let architectures = [HostID: Architecture](
            uniqueKeysWithValues: plan.hosts.map { ($0.id, .amd64) }
        )
        let steps = try ClusterSteps.steps(
            for: plan,
            artifacts: ThreeClouds.artifacts,
            architectures: architectures
        ).steps
        let shown = Dictionary(
            uniqueKeysWithValues: steps.map {
                ($0.node.id.description, "\($0.node.title) \($0.node.timeout)")
            }
        )
        #expect(shown["kube-seoul.hostname"] == "set hostname kube-seoul 1000")
        #expect(shown["kube-seoul.wireguard-tools"] == "install WireGuard tools 2000")
        #expect(shown["kube-seoul.artifact.k3s"] == "place K3s v1.34.3+k3s1 2000")
        #expect(shown["kube-japan.k3s-server"] == "start K3s server v1.34.3+k3s1 3000")
        #expect(shown["kube-japan.manifests.kilo"] == "apply Kilo 0.7.0 1000")
        #expect(
            shown["kube-seoul.nodes-ready"]
                == "wait until kube-seoul is Ready and in the mesh 4000"
        )
        #expect(shown["kube-seoul.mesh-proof"] == "prove the mesh 1000")
    }

    @Test func `a host that never enrolled and an unknown processor are told`() {
        let unknown = #expect(throws: ClusterStepsProblem.self) {
            try ClusterSteps.steps(
                for: ThreeClouds.plan,
                artifacts: ThreeClouds.artifacts,
                architectures: [:]
            )
        }
        #expect(unknown == .unknownArchitecture(ThreeClouds.japan.id))
        let architectures = [HostID: Architecture](
            uniqueKeysWithValues: ThreeClouds.plan.hosts.map { ($0.id, .arm64) }
        )
        let foreign = #expect(throws: ClusterStepsProblem.self) {
            try ClusterSteps.steps(
                for: ThreeClouds.plan,
                artifacts: ThreeClouds.artifacts,
                architectures: architectures
            )
        }
        #expect(foreign == .noBinary(.arm64))
    }
}
