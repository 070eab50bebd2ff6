import Testing

@testable import Agent

@Suite struct ExecutionIDTests {
    @Test func `an id has a rollout, a step and an attempt`() throws {
        let id = try #require(ExecutionID("r-0a1b2c3d.kube-seoul.manifests.kilo-crds.12"))
        #expect(id.rollout == "r-0a1b2c3d")
        #expect(id.step == "kube-seoul.manifests.kilo-crds")
        #expect(id.attempt == 12)
    }

    @Test(
        arguments: [
            "", ".", "r-1", "r-1.1", "r-1.step.-1", "r-1.step.x", "../r.step.1",
            "r-1.a/b.1", "r-1..1", ".r.step.1", "r-1.Step.1", "r-1.ste\u{0}p.1", "r-1.-step.1",
            "r-1." + String(repeating: "a", count: 200) + ".1",
        ]
    )
    func `what could not be a file's name is no id`(text: String) {
        #expect(ExecutionID(text) == nil)
    }
}
