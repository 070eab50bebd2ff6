import Plan
import SimulatedHost
import Steps
import Testing

/// What is left of a join token on a machine that has joined.
struct SpentTokenTests {
    private let path = "/etc/rancher/k3s/join-token"

    @Test func `a machine that joined keeps no secret, and a second run nothing`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-seoul.kilo-annotation")
        let token = try #require(
            cluster.outputs.first { $0.key != CloudflareTunnel.token }?.value
        )
        let whole = String(decoding: token.reveal(), as: UTF8.self)
        let text = try #require(try await cluster.text(path, on: ThreeClouds.seoul))
        let head = whole.prefix { $0 != "." }
        #expect(text == "\(head).0000000000000000\n")
        #expect(try await cluster.host(ThreeClouds.seoul).mode(of: path) == 0o600)
        #expect(await cluster.run(try cluster.step("kube-seoul.k3s-agent")).isUnchanged)
    }

    @Test func `a token left by an earlier run loses its secret without a restart`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let left = "K10" + String(repeating: "a", count: 64) + "::abcdef.0123456789abcdef\n"
        let machine = cluster.host(ThreeClouds.seoul)
        try await machine.write(path, Array(left.utf8), mode: 0o600)
        let step = try cluster.step("kube-seoul.k3s-agent").step
        let context = cluster.context(ThreeClouds.seoul)
        let outcome = await StepRun.apply(step, context)
        #expect(outcome.changes.count == 1)
        let shown = outcome.changes.flatMap { $0.rendered() }
        #expect(!shown.contains { $0.contains("0123456789abcdef") || $0.contains("restart") })
        let text = try #require(try await cluster.text(path, on: ThreeClouds.seoul))
        #expect(text.hasSuffix("::abcdef.0000000000000000\n"))
        #expect(await StepRun.apply(step, context).isUnchanged)
    }

    @Test func `a joined agent starts again with what is left`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        try await cluster.host(ThreeClouds.seoul).perform(.stop, on: "k3s-agent.service")
        let outcome = await cluster.run(try cluster.step("kube-seoul.k3s-agent"))
        #expect(outcome.failure == nil)
        #expect(outcome.changes == [.unit(action: "start", unit: "k3s-agent.service")])
    }
}
