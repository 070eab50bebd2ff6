import Document
import Foundation
import Plan
import PlanFile
import Testing

struct YAMLReaderTests {
    @Test(arguments: [
        ("a: &x 1", 1, 4, "anchor"),
        ("a: &x 1\nb: *x", 1, 4, "anchor"),
        ("a: *x", 1, 4, "alias"),
        ("<<: {a: 1}", 1, 1, "merge key"),
        ("a: !!str 1", 1, 4, "tag"),
        ("a: !secret x", 1, 4, "tag"),
        ("!x {a: 1}", 1, 1, "tag"),
        ("a: 1\n---\nb: 2", 2, 1, "second document"),
        ("a: 1\na: 2", 1, 1, "twice"),
        ("{[a]: 1}", 1, 2, "key is no text"),
        ("\"\": 1", 1, 1, "key is no text"),
        ("a:\n\t- 1", 2, 1, "cannot be read"),
        ("a: [1", 2, 1, "cannot be read"),
        ("a: \u{1}", 1, 4, "cannot be read"),
        ("# nothing", 1, 1, "empty"),
    ])
    func `refuses what JSON could not say`(
        _ text: String,
        _ line: Int,
        _ column: Int,
        _ part: String
    ) {
        let problems = Project.problems(text, .yaml)
        #expect(problems.count == 1)
        #expect(problems.first?.message.contains(part) == true)
        #expect(problems.first?.line == line)
        #expect(problems.first?.column == column)
    }

    @Test(.timeLimit(.minutes(4))) func `a bomb does not expand`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let bombs = [text, text + "? *a40\n: 1\n", "- {? *a0 : 1}\n" + text]
        for bomb in bombs {
            #expect(Project.problems(bomb, .yaml).first?.message.contains("anchor") == true)
        }
    }

    @Test(arguments: ["[", "- ", "? ", "{a: "])
    func `nesting is bounded`(_ opening: String) {
        for depth in [70, 900, 100_000] {
            let problems = Project.problems(String(repeating: opening, count: depth), .yaml)
            #expect(problems.count == 1)
        }
    }

    @Test func `words mean what YAML 1.2 says, and quotes make texts`() throws {
        let plan = try String(contentsOf: Project.example("three-clouds.yaml"), encoding: .utf8)
        let labels = "k3s: { version: v1.34.3+k3s1, secretsEncryption: True }\n"
        let good = plan.replacing("k3s: { version: v1.34.3+k3s1 }\n", with: labels)
        #expect(try Project.read(good, .yaml).k3s.secretsEncryption)
        let bad = good.replacing("True", with: "yes")
        #expect(Project.problems(bad, .yaml).first?.advice == "Write true.")
        let quoted = good.replacing("True", with: "\"true\"")
        #expect(Project.problems(quoted, .yaml).first?.advice == "Write true, without quotes.")
    }

    @Test func `positions are those of the text`() throws {
        let text = "apiVersion: isthmus/v1alpha1\nkind: ClusterPlan\nmetadata:\n  name: [é, 1]\n"
        let problem = Project.problems(text, .yaml).first {
            $0.pointer.description == "/metadata/name"
        }
        #expect(problem?.line == 4)
        #expect(problem?.column == 9)
    }
}
