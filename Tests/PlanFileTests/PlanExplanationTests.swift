import Document
import Foundation
import Plan
import PlanFile
import Testing

struct PlanExplanationTests {
    @Test(arguments: try Project.files(in: "packaging/examples"))
    func `the text is the same plan`(_ file: URL) throws {
        let explanation = try explain(file)
        #expect(explanation.plan == (try Project.read(file)))
        #expect(try Project.read(explanation.text(), .yaml) == explanation.plan)
        #expect(try PlanFile.explain(Array(explanation.text().utf8), name: "x").defaults.isEmpty)
    }

    @Test func `every default has its reason, and nothing else has one`() throws {
        let text = try explain(Project.example("three-clouds.json")).text()
        let lines = text.split(separator: "\n").map { $0.split(separator: "#") }
        func reason(_ start: String) -> Substring? {
            lines.first { $0.first?.hasPrefix(start) == true }?.dropFirst().first
        }
        #expect(reason("    hostname: kube-japan") == " default: one name for one machine")
        #expect(reason("      location: seoul") == " default: one name for one place")
        #expect(reason("  port: 51820") == " default: WireGuard's usual port")
        #expect(reason("  disable: [traefik, servicelb]")?.contains("public address") == true)
        #expect(reason("  - id: kube-japan") == nil)
        #expect(reason("      region: japan") == nil)
        #expect(reason("  version: v1.34.3+k3s1") == nil)
    }

    @Test func `every value is either stated or a default with a reason`() throws {
        let short = """
            apiVersion: isthmus/v1alpha1
            kind: ClusterPlan
            metadata: { name: c }
            hosts:
              - { id: a, role: server, addresses: { public: 203.0.113.11 }, topology: { region: x } }
            k3s: { version: v1.34.3+k3s1 }
            dashboard: { provider: headlamp }
            tunnel:
              accountID: 0123456789abcdef0123456789abcdef
              apiToken: { env: TOKEN }
              services: [{ hostname: a.example.org, service: b }]
            """
        let explanation = try PlanFile.explain(Array(short.utf8), name: "plan.yaml")
        #expect(explanation.defaults.allSatisfy { !$0.reason.isEmpty })
        let stated = 13
        #expect(Self.leaves(explanation.plan.value) == stated + explanation.defaults.count)
        let pointers = explanation.defaults.map(\.pointer.description)
        for pointer in [
            "/tunnel/name", "/tunnel/provider", "/tunnel/services/0/port", "/k3s/config/agent",
            "/policies/preflight/ignore", "/policies/allowWanEtcd", "/hosts/0/topology/location",
        ] {
            #expect(pointers.contains(pointer), "\(pointer)")
        }
    }

    /// How many values stand in a plan that hold no others.
    private static func leaves(_ value: PlanValue) -> Int {
        switch value {
        case .object(let members) where !members.isEmpty:
            members.map { leaves($0.value) }.reduce(0, +)
        case .list(let values)
        where values.contains {
            if case .object = $0 { true } else { false }
        }:
            values.map(leaves).reduce(0, +)
        default: 1
        }
    }

    @Test func `fixed defaults are those of the documentation`() throws {
        for standard in try explain(Project.example("three-clouds.json")).defaults {
            let path = standard.pointer.tokens.map { Int($0) == nil ? "." + $0 : "[]" }.joined()
            let fields = [path, path + "[]", path + ".*"].compactMap {
                PlanField.at(String($0.dropFirst()))
            }
            let field = try #require(fields.first, "\(path)")
            guard case .value(let documented, let reason) = field.absence else {
                Issue.record("\(path) has no default")
                continue
            }
            #expect(standard.reason == reason)
            let isDerived = documented.contains("the ") || documented.hasPrefix("pinned")
            #expect(isDerived || shown(standard.value) == documented, "\(path)")
        }
    }

    @Test func `texts that YAML would take for something else are quoted`() throws {
        let plan = try String(contentsOf: Project.example("three-clouds.json"), encoding: .utf8)
        let labels =
            #""labels": {"a": "true", "b": "12", "c": "", "d": "no", "e": "1e3", "y": "~"}"#
        let bad = plan.replacing(#""id": "kube-seoul","#, with: #""id": "kube-seoul", \#(labels),"#)
        #expect(throws: DocumentProblems.self) { try Project.read(bad) }
        let good = bad.replacing(#", "y": "~""#, with: #", "y": "0.7.0""#)
        let explanation = try PlanFile.explain(Array(good.utf8), name: "plan.json")
        #expect(try Project.read(explanation.text(), .yaml) == explanation.plan)
    }

    private func explain(_ file: URL) throws -> PlanExplanation {
        try PlanFile.explain(Array(Data(contentsOf: file)), name: file.lastPathComponent)
    }

    private func shown(_ value: PlanValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        case .list(let values): "[" + values.map(shown).joined(separator: ", ") + "]"
        case .object: "{}"
        }
    }
}
