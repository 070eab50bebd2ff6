import Plan
import SimulatedHost
import Steps
import Testing

/// Kinds that change nothing and hand out what the machine has.
struct QueryTests {
    @Test func `the kubeconfig comes with the answer, and nothing changes`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.kilo-annotation")
        let context = cluster.context(ThreeClouds.japan)
        let outcome = await StepRun.apply(ReadKubeconfig(), context)
        guard case .unchanged(let outputs) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let text = String(decoding: outputs["kubeconfig"]?.reveal() ?? [], as: UTF8.self)
        #expect(text.contains("server: https://127.0.0.1:6443"))
        #expect(text.contains("client-key-data: "))
        #expect(!"\(outputs)".contains("client-key-data"))
    }

    @Test func `a dry run of a query hands out nothing`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.kilo-annotation")
        let outcome = await StepRun.check(ReadKubeconfig(), cluster.context(ThreeClouds.japan))
        #expect(outcome == .unchanged([:]))
    }

    @Test func `without K3s there is none, and that is said`() async throws {
        let cluster = try SmallCluster()
        let outcome = await StepRun.apply(ReadKubeconfig(), cluster.context(ThreeClouds.japan))
        #expect(outcome.failure?.message.contains("/etc/rancher/k3s/k3s.yaml") == true)
    }
}
