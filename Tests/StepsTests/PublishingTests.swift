import Plan
import SimulatedHost
import Steps
import Testing

/// The dashboard and the tunnel: what reaches the cluster, and what is said where they do not come.
struct PublishingTests {
    private static let tunnel = "kube-japan.cluster-secret.tunnel"

    private func applied(_ id: String) throws -> String {
        let cluster = try SmallCluster()
        guard let step = try cluster.step(id).step as? ApplyManifests else { return "" }
        return step.objects.map(\.json).joined(separator: "\n")
    }

    @Test func `Headlamp's own account only looks, and its release is exact`() throws {
        let objects = try applied("kube-japan.manifests.dashboard")
        #expect(objects.contains(#""valuesContent":"{\"clusterRoleBinding\":{\"create\":false}}""#))
        #expect(objects.contains(#""version":"0.43.0""#) && objects.contains(#""abort""#))
        // The one who may do everything is an account of its own, for logins that ask for it.
        let administrators = objects.split(separator: "\n").filter { $0.contains("cluster-admin") }
        #expect(administrators.count == 1)
        #expect(administrators.first?.contains(#""name":"isthmus-admin","namespace""#) == true)
        #expect(!objects.contains(#""secrets""#))
    }

    @Test func `an Ingress has one path, no finalizer, and the tunnel's class`() throws {
        let object = try applied("kube-japan.manifests.ingress-dashboard")
        #expect(object.contains(#""path":"/","pathType":"Prefix""#))
        #expect(object.contains(#""ingressClassName":"cloudflare-tunnel""#))
        #expect(!object.contains("finalizers"))
    }

    @Test func `the token stands in the Secret, and in no chart`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let server = cluster.host(ThreeClouds.japan)
        let token = String(decoding: ThreeClouds.token.reveal(), as: UTF8.self)
        let inputs = server.commands.compactMap { command in
            command.standardInput.map { String(decoding: $0.reveal(), as: UTF8.self) }
        }
        let encoded = "YS1jbG91ZGZsYXJlLXRva2VuLW9mLXRoZS1wbGFu"
        #expect(inputs.count { $0.contains(encoded) } == 1)
        #expect(!inputs.contains { $0.contains(token) })
        let question = server.commands.first { $0.argv.contains("secret") }
        #expect(question?.outputIsSecret == true)
    }

    @Test func `another token reaches the controller by a restart`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let planned = try cluster.step(Self.tunnel)
        let context = cluster.context(
            ThreeClouds.japan,
            inputs: ["api-token": Secret("another-token")]
        )
        let outcome = await StepRun.apply(planned.step, context)
        #expect(outcome.failure == nil)
        let shown = outcome.changes.flatMap { $0.rendered() }.joined(separator: "\n")
        #expect(shown.contains("api-token") && !shown.contains("another-token"))
        let restart = ["k3s", "kubectl", "rollout", "restart"]
        #expect(cluster.host(ThreeClouds.japan).commands.contains { $0.argv.starts(with: restart) })
        #expect(await StepRun.apply(planned.step, context).isUnchanged)
    }

    @Test func `a restart that a crash prevented is made up for`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let planned = try cluster.step(Self.tunnel)
        let server = cluster.host(ThreeClouds.japan)
        let inputs = ["api-token": Secret("another-token")]
        let restart = ["k3s", "kubectl", "rollout", "restart"]
        server.faults.programs = [ProgramFault(argv: restart, status: 1, complaint: "gone")]
        let context = cluster.context(ThreeClouds.japan, inputs: inputs)
        #expect(await StepRun.apply(planned.step, context).failure != nil)
        server.faults.programs = []
        #expect(await StepRun.apply(planned.step, context).changes.count == 1)
        #expect(await StepRun.apply(planned.step, context).isUnchanged)
    }

    @Test(
        arguments: [
            ("kube-japan.chart-ready.dashboard", "the chart's repository does not answer"),
            ("kube-japan.chart-ready.tunnel", "ImagePullBackOff: no such image"),
            ("kube-japan.ingress-published.dashboard", "hostname not in any zone"),
        ]
    )
    func `what does not come is told in words`(id: String, words: String) async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: id)
        let server = cluster.host(ThreeClouds.japan)
        server.faults.missingCharts = ["headlamp"]
        server.faults.missingImages = ["controlled-cloudflared-connector"]
        server.faults.tunnelComplaint = "hostname not in any zone"
        let failure = try #require(await cluster.run(try cluster.step(id)).failure)
        #expect(failure.message.contains(words), "\(failure.message)")
        #expect(failure.message.contains("minutes") || failure.message.contains("seconds"))
        #expect(failure.remedy.contains("k3s kubectl"))
        #expect(!failure.isPermanent)
        server.faults = SimulatedFaults()
        #expect(await cluster.run(try cluster.step(id)).failure == nil)
    }

    @Test func `a name is not asked before it is published`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.ingress-published.dashboard")
        let server = cluster.host(ThreeClouds.japan)
        server.faults.tunnelComplaint = "not yet"
        let planned = try cluster.step("kube-japan.public-name.dashboard")
        let context = cluster.context(ThreeClouds.japan)
        #expect(!(await StepRun.check(planned.step, context)).changes.isEmpty)
        let asked = server.commands.filter { $0.argv.last == "https://panel.example.com/" }
        #expect(asked.isEmpty)
    }

    @Test(
        arguments: [
            (6, "", "not known to the server's DNS"), (60, "", "certificate is not trusted"),
            (28, "curl: (28) Connection timed out", "Connection timed out"),
        ] as [(Int32, String, String)]
    )
    func `what curl says of a public name is told in words`(
        status: Int32,
        complaint: String,
        words: String
    ) async throws {
        let cluster = try SmallCluster()
        let id = "kube-japan.public-name.dashboard"
        try await cluster.run(upTo: id)
        let server = cluster.host(ThreeClouds.japan)
        let fault = ProgramFault(argv: ["curl"], status: status, complaint: complaint)
        server.faults.programs = [fault]
        let failure = try #require(await cluster.run(try cluster.step(id)).failure)
        #expect(failure.message.contains(words), "\(failure.message)")
        #expect(!failure.remedy.isEmpty)
    }
}
