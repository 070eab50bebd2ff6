import Document
import Foundation
import Plan
import PlanFile
import Testing

struct ExampleTests {
    @Test(arguments: try Project.files(in: "packaging/examples"))
    func `every example is a plan`(_ file: URL) throws {
        _ = try Project.read(file)
    }

    @Test func `the article's cluster is the same in JSON and YAML`() throws {
        let json = try Project.read(Project.example("three-clouds.json"))
        let yaml = try Project.read(Project.example("three-clouds.yaml"))
        #expect(json == yaml)
        #expect(json.canonicalJSON() == yaml.canonicalJSON())
    }

    @Test func `the article's cluster takes about fifteen lines`() throws {
        let text = try String(contentsOf: Project.example("three-clouds.json"), encoding: .utf8)
        #expect(text.split(separator: "\n").count <= 16)
        let plan = try Project.read(Project.example("three-clouds.json"))
        #expect(plan.hosts.map(\.hostname) == ["kube-japan", "kube-seoul", "kube-chuncheon"])
        #expect(plan.hosts.map(\.role) == [.server, .agent, .agent])
        #expect(plan.hosts.map(\.location) == ["japan", "seoul", "chuncheon"])
        #expect(plan.mesh == MeshSettings())
        #expect(plan.policies == PolicySettings())
    }
}
