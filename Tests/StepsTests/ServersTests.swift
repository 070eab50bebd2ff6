import Plan
import SimulatedHost
import Steps
import Testing

/// Three servers in one region: how the second and the third join the first.
struct ServersTests {
    private static func plan() -> ClusterPlan {
        var plan = ThreeClouds.plan
        plan.dashboard = DashboardSettings(provider: .absent)
        plan.tunnel = nil
        plan.k3s.hairpin = .check
        plan.k3s.snapshotRecipient = nil
        for index in plan.hosts.indices {
            plan.hosts[index].role = .server
            plan.hosts[index].behindNAT = false
            plan.hosts[index].region = "japan"
        }
        return plan
    }

    private static func steps() throws -> [PlannedStep] {
        let plan = plan()
        return try ClusterSteps.steps(
            for: plan,
            artifacts: ThreeClouds.artifacts,
            architectures: Dictionary(
                uniqueKeysWithValues: plan.hosts.map { ($0.id, Architecture.amd64) }
            )
        ).steps
    }

    /// Runs all steps; what failed.
    private func run(_ cluster: SmallCluster) async throws -> [String] {
        for planned in try Self.steps() {
            let outcome = await cluster.run(planned)
            if let failure = outcome.failure { return ["\(planned.node.id): \(failure)"] }
        }
        return []
    }

    @Test func `each joins once the one before is Ready`() throws {
        let lines = try Self.steps().filter { planned in
            planned.node.subject.description != "kube-japan"
                && !planned.node.dependsOn.contains { $0.description.contains("hostname") }
        }.map { planned in
            let node = planned.node
            let place = node.executor == node.subject ? "" : " on \(node.executor)"
            return "\(node.id)\(place) < "
                + node.dependsOn.map(\.description).joined(separator: " ")
        }
        let expected: [String] = [
            "kube-seoul.k3s-server-key < kube-japan.nodes-ready kube-seoul.artifact.install-script",
            "kube-seoul.k3s-server-token on kube-japan < kube-seoul.k3s-server-key",
            "kube-seoul.k3s-server < kube-seoul.k3s-server-token",
            "kube-seoul.kilo-annotation on kube-japan < kube-seoul.k3s-server",
            "kube-seoul.nodes-ready on kube-japan < kube-seoul.kilo-annotation",
            "kube-chuncheon.k3s-server-key < kube-seoul.nodes-ready "
                + "kube-chuncheon.artifact.install-script",
        ]
        for line in expected { #expect(lines.contains(line), "\(line)\n\(lines)") }
    }

    @Test func `three servers come to be, and a second run changes nothing`() async throws {
        let cluster = try SmallCluster()
        #expect(try await run(cluster) == [])
        for planned in try Self.steps() {
            let outcome = await cluster.run(planned)
            #expect(outcome.isUnchanged, "\(planned.node.id): \(outcome)")
        }
    }

    @Test func `further servers have the first one's flags and secrets`() async throws {
        let cluster = try SmallCluster()
        #expect(try await run(cluster) == [])
        let path = "/etc/rancher/k3s/config.yaml"
        let first = try #require(try await cluster.text(path, on: ThreeClouds.japan))
        let second = try #require(try await cluster.text(path, on: ThreeClouds.seoul))
        #expect(first.contains("cluster-init: true\n"))
        #expect(!second.contains("cluster-init"))
        #expect(second.contains("server: \"https://203.0.113.11:6443\"\n"))
        #expect(second.contains("token-file: /etc/rancher/k3s/server-token\n"))
        let own = ["cluster-init", "server", "token-file", "node-", "advertise", "tls-san"]
        let shared = { (text: String) in
            text.split(separator: "\n").filter { line in !own.contains { line.hasPrefix($0) } }
        }
        #expect(shared(first) == shared(second))
        for file in ["/etc/rancher/k3s/agent-token", "/var/lib/rancher/k3s/server/token"] {
            let kept = try await cluster.text(file, on: ThreeClouds.japan)
            #expect(try await cluster.text(file, on: ThreeClouds.chuncheon) == kept)
            #expect(try await cluster.host(ThreeClouds.seoul).mode(of: file) == 0o600)
        }
    }

    @Test func `the token passes through others' hands sealed, and its key does not stay`()
        async throws
    {
        let cluster = try SmallCluster()
        #expect(try await run(cluster) == [])
        let token = try #require(
            try await cluster.text("/var/lib/rancher/k3s/server/token", on: ThreeClouds.japan)
        ).filter { !$0.isWhitespace }
        let agents = try #require(
            try await cluster.text("/etc/rancher/k3s/agent-token", on: ThreeClouds.japan)
        ).filter { !$0.isWhitespace }
        let handed = cluster.outputs.filter { $0.key.step.description.contains("k3s-server") }
        #expect(handed.count == 6)
        for output in handed.values {
            let text = String(decoding: output.reveal(), as: UTF8.self)
            #expect(!text.contains(token) && !text.contains(agents))
        }
        for host in [ThreeClouds.seoul, ThreeClouds.chuncheon] {
            let key = "/var/lib/isthmus-agent/server-join.key"
            #expect(try await cluster.host(host).mode(of: key) == nil)
        }
    }

    @Test(arguments: ["kube-seoul.k3s-server-key", "kube-seoul.k3s-server"])
    func `a step that is cut off at any call goes on the next time`(id: String) async throws {
        let cluster = try SmallCluster()
        let steps = try Self.steps()
        for planned in steps.prefix(while: { $0.node.id.description != id }) {
            #expect(await cluster.run(planned).failure == nil, "\(planned.node.id)")
        }
        let planned = try #require(steps.first { $0.node.id.description == id })
        let whole = cluster.context(
            ThreeClouds.seoul,
            inputs: planned.node.inputs.compactMapValues { cluster.outputs[$0] }
        )
        var outcome = StepOutcome.unchanged([:])
        for call in 1...500 {
            let cut = StepContext(
                host: InterruptedHost(whole.host, atCall: call),
                artifacts: whole.artifacts,
                inputs: whole.inputs
            )
            outcome = await StepRun.apply(planned.step, cut)
            guard let failure = outcome.failure else { break }
            #expect(!failure.isPermanent, "call \(call): \(failure)")
        }
        #expect(outcome.failure == nil)
        #expect(await StepRun.apply(planned.step, whole).failure == nil)
    }

    @Test func `a machine of an earlier cluster is named with what to do`() async throws {
        let cluster = try SmallCluster()
        #expect(try await run(cluster) == [])
        let context = cluster.context(ThreeClouds.japan)
        let outcome = await StepRun.apply(SealServerToken(node: "stranger"), context)
        #expect(outcome.failure?.isPermanent == true)
        #expect(outcome.failure?.remedy.contains("k3s-uninstall.sh") == true)
    }
}
