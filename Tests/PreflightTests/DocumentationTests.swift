import Foundation
import Plan
import Preflight
import Testing

/// docs/preflight.md holds a table of all checks, written from the catalogue.
/// `REWRITE_EXPECTED=1 swift test --filter DocumentationTests` writes it anew.
struct DocumentationTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/preflight.md")

    @Test func `the table names every check, its bound and what helps`() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(page.range(of: "<!-- checks: begin -->\n"))
        let end = try #require(page.range(of: "<!-- checks: end -->"))
        if ProcessInfo.processInfo.environment["REWRITE_EXPECTED"] != nil {
            let written = page.replacingCharacters(
                in: begin.upperBound..<end.lowerBound,
                with: Self.table
            )
            try Data(written.utf8).write(to: Self.page)
        } else {
            #expect(page[begin.upperBound..<end.lowerBound] == Self.table)
        }
    }

    private static var table: String {
        var table =
            "| check | at worst | what has to be | otherwise | what helps |\n|---|---|---|---|---|\n"
        for check in CheckDescription.all {
            let severity = check.severity == .failed ? "fails" : "warns"
            table +=
                "| `\(check.check.rawValue)` | \(severity) | \(check.bound) | \(check.reason) "
                + "| \(check.remedy.replacing("|", with: "\\|")) |\n"
        }
        return table
    }

    @Test func `the catalogue has every check once, and a reason and a remedy for it`() {
        #expect(CheckDescription.all.map(\.check).count == PreflightCheck.allCases.count)
        #expect(Set(CheckDescription.all.map(\.check)) == Set(PreflightCheck.allCases))
        for check in CheckDescription.all {
            #expect(!check.bound.isEmpty && !check.reason.isEmpty)
            #expect(!check.remedy.isEmpty || check.check == .publicAddress)
            #expect(check.check.description == check)
        }
    }
}
