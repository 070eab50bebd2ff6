import Document
import Foundation
import Plan
import PlanFile
import Testing

/// The line that is shown with a problem, and the mark under its place.
struct ExcerptTests {
    @Test func `the mark stands under the place, whatever stands before it`() {
        let text = "{\"三つ\": \"é\", \"e\u{301}\": 1,\t\"kinds\": 1}"
        let problems = Project.problems(text).filter { $0.pointer.tokens == ["kinds"] }
        let excerpt = problems.first?.excerpt
        // Two columns for each of three wide characters, none for a combining accent.
        #expect(
            excerpt?.text
                == "{\"三つ\": <redacted>, \"e\u{301}\": <redacted>,\t\"kinds\": 1}".replacing(
                    "\t",
                    with: " "
                )
        )
        let before = excerpt?.mark.prefix { $0 == " " }.count
        #expect(before == "{\"....\": <redacted>, \"e\": <redacted>, ".count)
        #expect(excerpt?.mark.hasSuffix("^~~~~~~") == true)
    }

    @Test func `a long line is cut around the place`() {
        let filler = (1...40).map { "\"k\($0)\": null" }.joined(separator: ", ")
        let text = "{\(filler), \"kinds\": null, \(filler)}"
        let problem = Project.problems(text).first { $0.pointer.tokens == ["kinds"] }
        let excerpt = problem?.excerpt
        #expect((excerpt?.text.count ?? 999) <= 98)
        #expect(excerpt?.text.hasPrefix("…") == true && excerpt?.text.hasSuffix("…") == true)
        let column = excerpt?.mark.prefix { $0 == " " }.count ?? 0
        #expect(excerpt?.text.dropFirst(column).hasPrefix("\"kinds\"") == true)
        #expect(problem?.endColumn == (problem?.column ?? 0) + 7)
    }

    @Test(
        arguments: [
            "tunnel: { apiToken: hunter2, prot: 1 }",
            "tunnel: { apiToken: [hunter2], prot: 1 }",
            "tunnel: { apiToken: { env: hunter2 }, prot: 1 }",
            "tunel: { apiToken: hunter2, prot: 1 }",
            "k3s: { token: hunter2, vresion: 1 }",
            "metadata: { mine: hunter2, nmae: 1 }",
            "k3s: { config: { server: { agent-token: hunter2 } }, vresion: 1 }",
            "mesh: { psk: \"a\n  hunter2\", prot: 1 }",
            "a: { b: { c: { d: hunter2 } } }\nkinds: 1",
            "tunnel: { apiToken: 'hunter2 }",
            "tunnel:\n  apiToken:\n    - \"hunter2",
            "artifacts: { installScript: { url: \"https://a:hunter2@b/\" } }",
        ]
    )
    func `no secret is ever shown`(_ text: String) throws {
        let error = #expect(throws: DocumentProblems.self) { try Project.read(text, .yaml) }
        let shown = try #require(error?.rendered(color: false))
        #expect(!shown.contains("hunter2"), "\(shown)")
    }

    @Test func `cautions are told like problems, and refuse nothing`() throws {
        let plan = try PlanText(Array(SchemaTests.everything.utf8), name: "plan.yaml")
        #expect(plan.cautions.severity == .caution)
        #expect(
            plan.cautions.problems.map(\.pointer.description) == [
                "/dashboard"
            ]
        )
        for caution in plan.cautions.problems {
            #expect(caution.message.contains("not carried out by this release"))
            #expect(caution.complaint.kind == .unsupported)
            #expect(!caution.advice.isEmpty)
        }
        let shown = plan.cautions.rendered(color: true)
        #expect(shown.contains("\u{1B}[33m") && !shown.contains("\u{1B}[31m"))
        #expect(shown.hasSuffix("1 caution.\n"))
        let small = try Project.read(Project.example("three-clouds.json"))
        #expect(small.cautions.isEmpty)
    }
}
