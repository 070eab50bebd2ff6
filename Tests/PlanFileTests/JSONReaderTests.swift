import Document
import Plan
import PlanFile
import Testing

/// The strict reader, seen through the problems of texts that are not JSON.
struct JSONReaderTests {
    @Test(arguments: [
        ("", 1, 1, "The plan is empty."),
        ("  \n", 1, 1, "The plan is empty."),
        ("{", 1, 2, "The text ends inside the \"{\" that opens at 1:1."),
        ("}", 1, 1, "Here stands \"}\" instead of a value."),
        ("{\"a\":1,}", 1, 7, "A comma stands before \"}\"."),
        ("[1,2,\n]", 1, 5, "A comma stands before \"]\"."),
        ("[1 2]", 1, 4, "A comma is missing before this."),
        ("[1; 2]", 1, 3, "Here stands \";\" instead of \",\" or \"]\"."),
        ("{\"a\" 1}", 1, 6, "Here stands \"1\" instead of the \":\" after a key."),
        ("{a:1}", 1, 2, "A key stands without quotes."),
        ("{'a':1}", 1, 2, "A text stands in single quotes."),
        ("{\"é\": é}", 1, 7, "Here stands \"é\" instead of a value."),
        ("{} {}", 1, 4, "Something follows the end of the plan."),
        ("{} // end", 1, 4, "JSON has no comments."),
        ("# plan\n{}", 1, 1, "JSON has no comments."),
        ("{\n\n  \"a\": /* b */ 1}", 3, 8, "JSON has no comments."),
        ("[01]", 1, 2, "\"01\" is not a number of JSON."),
        ("[+1]", 1, 2, "\"+1\" is not a number of JSON."),
        ("[.5]", 1, 2, "\".5\" is not a number of JSON."),
        ("[1.]", 1, 2, "\"1.\" is not a number of JSON."),
        ("[1e]", 1, 2, "\"1e\" is not a number of JSON."),
        ("[-]", 1, 2, "\"-\" is not a number of JSON."),
        ("[0x1F]", 1, 2, "\"0x1F\" is not a number of JSON."),
        ("[10.0.0.1]", 1, 2, "\"10.0.0.1\" is not a number of JSON."),
        ("[True]", 1, 2, "\"True\" is no value of JSON."),
        ("[NaN]", 1, 2, "\"NaN\" is no value of JSON."),
        ("[server]", 1, 2, "\"server\" is no value of JSON."),
        ("[\"a\n\"]", 1, 2, "The text that begins here does not end on its line."),
        ("[\"a]", 1, 2, "The text that begins here does not end on its line."),
        ("[\"a\tb\"]", 1, 4, "A tab stands in a text."),
        ("[\"a\u{1}b\"]", 1, 4, "A control character stands in a text."),
        ("[\"\\x41\"]", 1, 3, "A backslash begins nothing that JSON knows."),
        ("[\"\\u12\"]", 1, 3, "\\u is not followed by four hexadecimal digits."),
        ("[\"\\u0000\"]", 1, 3, "\\u0000 stands in a text."),
        ("[\"\\uD83D\"]", 1, 3, "Half of a surrogate pair stands alone."),
        ("[\"\\uDE00\\uD83D\"]", 1, 3, "Half of a surrogate pair stands alone."),
        ("[\"\\uD83D\\u0041\"]", 1, 3, "Half of a surrogate pair stands alone."),
        ("[\"\\", 1, 3, "A backslash begins nothing that JSON knows."),
    ])
    func `says where and why`(_ text: String, _ line: Int, _ column: Int, _ message: String) {
        let problems = Project.problems(text)
        #expect(problems.map(\.message) == [message])
        #expect(problems.map(\.line) == [line])
        #expect(problems.map(\.column) == [column])
        #expect(problems.allSatisfy { !$0.advice.isEmpty })
    }

    @Test func `columns count scalars, not bytes`() {
        let problems = Project.problems("{\"😀é\": \"😀\", x}")
        #expect(problems.map(\.column) == [13])
    }

    @Test func `reads what RFC 8259 allows`() {
        let text =
            "\r\n{\t\"$schema\": \"\\u0061\\uD83D\\uDE00\\/\\b\\f\\n\\r\\t\\\\\\\"\" , \"a\" : "
            + "[ -0.5e+10 , 0, 1E2, true, false, null, {}, [] ] }\n"
        let problems = Project.problems(text)
        #expect(!problems.isEmpty)
        #expect(
            problems.allSatisfy { $0.message.contains("missing") || $0.message.contains("field") }
        )
    }

    @Test func `a key that stands twice is told along with all else`() {
        let text = "{\"kind\": \"ClusterPlan\", \"kind\": \"Other\", \"hosts\": 1}"
        let problems = Project.problems(text)
        #expect(problems.contains { $0.message.contains("second time") && $0.column == 25 })
        #expect(problems.contains { $0.pointer.description == "/hosts" })
    }

    @Test(arguments: [64, 65, 100_000])
    func `nesting is bounded`(_ depth: Int) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let isTooDeep = Project.problems(text).contains {
            $0.message.contains("within one another")
        }
        #expect(isTooDeep == (depth > 64))
    }

    @Test(.timeLimit(.minutes(4))) func `a text of 5 MB is refused before it is read`() {
        let text = String(repeating: " ", count: 5_000_000)
        #expect(Project.problems(text).first?.message.contains("4 MiB") == true)
    }

    @Test(.timeLimit(.minutes(4))) func `a text of a megabyte is read in a few seconds`() {
        let text = "[" + String(repeating: "{\"a\":\"é\"},\n", count: 80_000) + "1]"
        #expect(Project.problems(text).first?.message.contains("an object") == true)
    }

    @Test func `endless problems are cut`() throws {
        let keys = (0..<5000).map { "\"key\($0)\": 0" }.joined(separator: ",")
        let error = #expect(throws: DocumentProblems.self) { try Project.read("{" + keys + "}") }
        #expect(error?.problems.count == DocumentProblems.limit)
        #expect(error?.omitted == 5000 + 5 - DocumentProblems.limit)
        #expect(error?.rendered(color: false).contains("of which the first 100 are shown") == true)
    }

    @Test(.timeLimit(.minutes(4))) func `a text full of mistakes is told quickly`() {
        let keys = (0..<30_000).map { "\"hostnaem\($0)\": 0" }.joined(separator: ",")
        let long =
            "{\"" + String(repeating: "k", count: 1_000_000) + "\": {"
            + String(repeating: "\"a\":0,", count: 5000) + "\"b\":0}}"
        for text in ["{" + keys + "}", long] {
            #expect(Project.problems(text).count == DocumentProblems.limit)
        }
    }
}
