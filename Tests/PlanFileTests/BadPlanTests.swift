import Document
import Foundation
import Plan
import PlanFile
import Testing

/// Each file of BadPlans and the problems it has, as people see them, in the file beside it that
/// ends with `.expected`. `REWRITE_EXPECTED=1 swift test --filter BadPlanTests` writes those files.
struct BadPlanTests {
    @Test(arguments: try Project.files(in: "Tests/PlanFileTests/BadPlans").filter(isPlan))
    func `every problem is told at once`(_ file: URL) throws {
        let error = #expect(throws: DocumentProblems.self) { try Project.read(file) }
        let shown = error?.rendered(color: false) ?? ""
        let expected = file.appendingPathExtension("expected")
        if Project.rewrites {
            try Data(shown.utf8).write(to: expected)
        } else {
            #expect(shown == (try String(contentsOf: expected, encoding: .utf8)))
        }
    }

    @Test(arguments: try Project.files(in: "Tests/PlanFileTests/BadPlans").filter(isPlan))
    func `a problem says where, what, and what to write instead`(_ file: URL) throws {
        let error = try #require(
            #expect(throws: DocumentProblems.self) { try Project.read(file) }
        )
        let places = error.problems.map { ($0.line, $0.column) }
        #expect(zip(places, places.dropFirst()).allSatisfy { $0.0 <= $0.1 })
        for problem in error.problems {
            #expect(problem.line > 0 && problem.column > 0)
            #expect(problem.endColumn > problem.column)
            #expect(problem.message.hasSuffix(".") && problem.advice.count > 10)
            #expect(problem.pointer.tokens.isEmpty || problem.pointer.description.hasPrefix("/"))
        }
        // Files of secrets hold this one.
        #expect(!error.rendered(color: false).contains("hunter2"))
    }

    @Test func `fifty megabytes are refused at once`() throws {
        for format in DocumentFormat.allCases {
            let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 50_000_000)
            let error = #expect(throws: DocumentProblems.self) {
                try PlanFile.read(bytes, name: "plan", format: format)
            }
            #expect(
                error?.rendered(color: false) == """
                    plan:1:1: The plan has more than 4 MiB.
                        Name the right file: a plan of a hundred hosts has about 30,000 bytes.
                    1 problem.

                    """
            )
        }
    }

    @Test func `the corpus is whole`() throws {
        let files = try Project.files(in: "Tests/PlanFileTests/BadPlans")
        #expect(files.count { Self.isPlan($0) } >= 110)
        let names = Set(files.map(\.lastPathComponent))
        for file in files where !Self.isPlan(file) {
            #expect(names.contains(file.deletingPathExtension().lastPathComponent))
        }
    }

    private static func isPlan(_ file: URL) -> Bool {
        ["json", "yaml"].contains(file.pathExtension)
    }
}
