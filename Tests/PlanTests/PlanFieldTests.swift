import Plan
import Testing

struct PlanFieldTests {
    @Test func `every path is listed once`() {
        let paths = PlanField.all.map(\.path)
        #expect(Set(paths).count == paths.count)
    }

    @Test func `keys are found by the object that has them`() {
        #expect(
            PlanField.keys(of: "") == [
                "$schema", "apiVersion", "kind", "metadata", "hosts", "k3s", "mesh", "dashboard",
                "tunnel", "artifacts", "policies",
            ]
        )
        #expect(PlanField.keys(of: "hosts[].topology") == ["region", "location"])
        #expect(PlanField.keys(of: "hosts[].labels") == ["*"])
        #expect(PlanField.keys(of: "artifacts.k3s") == ["amd64", "arm64"])
        #expect(PlanField.keys(of: "nowhere").isEmpty)
    }

    @Test func `what an object needs is named from there`() {
        #expect(PlanField.required(in: "hosts") == ["id", "role", "addresses.public"])
        #expect(PlanField.required(in: "hosts[].addresses") == ["public"])
        #expect(PlanField.required(in: "mesh").isEmpty)
    }
}
