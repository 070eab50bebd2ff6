import Plan
import SimulatedHost
import Steps
import Testing

/// How nodes are asked for.
struct AwaitNodesTests {
    @Test func `only the nodes that are meant are asked for`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let calls = cluster.host(ThreeClouds.japan).commands.map(\.argv)
        #expect(!calls.contains { $0.contains("nodes") })
        #expect(
            calls.contains { $0.starts(with: ["k3s", "kubectl", "get", "node", "kube-seoul"]) }
        )
    }

    @Test func `an answer that was cut off is called that`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let note = "note=" + String(repeating: "x", count: 1 << 20)
        _ = try await cluster.host(ThreeClouds.japan).run(
            Command(["k3s", "kubectl", "annotate", "--overwrite", "node", "kube-seoul", note])
        )
        let outcome = await StepRun.check(
            try cluster.step("kube-seoul.nodes-ready").step,
            cluster.context(ThreeClouds.japan)
        )
        #expect(outcome.failure?.message.contains("1 MiB and was cut off") == true)
    }
}
