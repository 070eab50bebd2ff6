import Document
import Foundation
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

    @Test func `the corpus is whole`() throws {
        let files = try Project.files(in: "Tests/PlanFileTests/BadPlans")
        #expect(files.count { Self.isPlan($0) } >= 35)
        let names = Set(files.map(\.lastPathComponent))
        for file in files where !Self.isPlan(file) {
            #expect(names.contains(file.deletingPathExtension().lastPathComponent))
        }
    }

    private static func isPlan(_ file: URL) -> Bool {
        ["json", "yaml"].contains(file.pathExtension)
    }
}
