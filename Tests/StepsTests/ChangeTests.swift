import Steps
import Testing

/// What people see of a change.
struct ChangeTests {
    @Test func `a file shows its difference in unified form`() {
        let before = (1...12).map { "line \($0)\n" }.joined()
        let after = before.replacing("line 6\n", with: "line six\nline 6 1/2\n")
        let change = Change.file(path: "/etc/x", before: before, after: after, mode: 0o600)
        #expect(
            change.rendered() == [
                "change /etc/x (0600)",
                "    @@ -3,7 +3,8 @@",
                "     line 3", "     line 4", "     line 5",
                "    -line 6", "    +line six", "    +line 6 1/2",
                "     line 7", "     line 8", "     line 9",
            ]
        )
    }

    @Test func `a new file shows its lines`() {
        let change = Change.file(path: "/etc/x", before: nil, after: "a\nb\n", mode: 0o644)
        #expect(
            change.rendered() == [
                "create /etc/x (0644)", "    @@ -0,0 +1,2 @@", "    +a", "    +b",
            ]
        )
    }

    @Test func `distant differences are hunks of their own`() {
        let before = (1...30).map { "\($0)\n" }.joined()
        let after = before.replacing("\n2\n", with: "\ntwo\n").replacing("\n29\n", with: "\n")
        let hunks = LineDiff.unified(from: before, to: after).filter { $0.hasPrefix("@@") }
        #expect(hunks == ["@@ -1,5 +1,5 @@", "@@ -26,5 +26,4 @@"])
        #expect(LineDiff.unified(from: before, to: before) == [])
        #expect(LineDiff.unified(from: "", to: "") == [])
    }

    @Test func `every other change is one line`() {
        let changes: [(Change, String)] = [
            (.packages(["a", "b"]), "install packages a, b"),
            (.unit(action: "restart", unit: "k3s.service"), "restart k3s.service"),
            (.removal(path: "/x"), "remove /x"),
            (.object(name: "ClusterRole kilo", diff: ""), "create ClusterRole kilo"),
            (.setting(name: "hostname", before: "", after: "b"), "hostname: (none) -> b"),
            (.command(argv: ["a", "b"], purpose: "do it"), "do it: a b"),
        ]
        for (change, line) in changes { #expect(change.rendered() == [line]) }
    }
}
