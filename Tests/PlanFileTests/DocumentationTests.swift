import Document
import Foundation
import Plan
import Testing

/// docs/plan.md holds a table of all fields, written from the catalogue that the reader uses.
/// `REWRITE_EXPECTED=1 swift test --filter DocumentationTests` writes it anew.
struct DocumentationTests {
    @Test func `the table names every field, default and reason`() throws {
        let file = Project.root.appending(path: "docs/plan.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let begin = try #require(page.range(of: "<!-- fields: begin -->\n"))
        let end = try #require(page.range(of: "<!-- fields: end -->"))
        let table = Self.table()
        if Project.rewrites {
            let written = page.replacingCharacters(
                in: begin.upperBound..<end.lowerBound,
                with: table
            )
            try Data(written.utf8).write(to: file)
        } else {
            #expect(page[begin.upperBound..<end.lowerBound] == table)
        }
    }

    private static func table() -> String {
        var table = "| field | what it says | default | why |\n|---|---|---|---|\n"
        for field in PlanField.all {
            let (standard, reason) =
                switch field.absence {
                case .refused: ("required", "")
                case .nothing: ("none", "")
                case .value(let value, let reason): (value, reason)
                }
            table += "| `\(field.path)` | \(field.meaning) | \(standard) | \(reason) |\n"
        }
        return table
    }
}
