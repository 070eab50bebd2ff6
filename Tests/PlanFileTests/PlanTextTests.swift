import Document
import Plan
import PlanFile
import Testing

struct PlanTextTests {
    @Test(
        arguments: [
            (
                [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], 1, 1,
                "The plan begins with a byte order mark of UTF-8."
            ),
            ([0xFF, 0xFE, 0x7B, 0x00], 1, 1, "The plan begins with a byte order mark of UTF-16."),
            ([0x7B, 0x0A, 0x00, 0x7D], 2, 1, "The plan holds a NUL byte."),
            ([0x7B, 0x0A, 0xC3, 0xA9, 0xFF], 2, 2, "The byte 0xFF is not UTF-8 here."),
            ([0x22, 0xC3], 1, 2, "The byte 0xC3 is not UTF-8 here."),
            ([0x22, 0xED, 0xA0, 0x80, 0x22], 1, 2, "The byte 0xED is not UTF-8 here."),
            ([0x22, 0xC0, 0x80, 0x22], 1, 2, "The byte 0xC0 is not UTF-8 here."),
        ] as [([UInt8], Int, Int, String)]
    )
    func `bytes that are no text are refused in both formats`(
        _ bytes: [UInt8],
        _ line: Int,
        _ column: Int,
        _ message: String
    ) {
        for format in DocumentFormat.allCases {
            let error = #expect(throws: DocumentProblems.self) {
                try PlanFile.read(bytes, name: "plan", format: format)
            }
            #expect(error?.problems.map(\.message) == [message])
            #expect(error?.problems.first?.line == line)
            #expect(error?.problems.first?.column == column)
        }
    }

    @Test func `the name's ending chooses the format, else the text does`() throws {
        let json = "{\"a\": 1} x"
        for name in ["plan.json", "PLAN.JSON", "-", "plan"] {
            let error = #expect(throws: DocumentProblems.self) {
                try PlanFile.read(Array(json.utf8), name: name)
            }
            #expect(error?.problems.first?.message.contains("follows the end") == true)
        }
        let error = #expect(throws: DocumentProblems.self) {
            try PlanFile.read(Array("kind: 1".utf8), name: "-")
        }
        #expect(error?.problems.contains { $0.advice.contains("quotes: \"1\"") } == true)
    }

    @Test func `what is quoted cannot drive a terminal`() {
        let text = "{\"a\\u001B[31m\\u202E\": 1}"
        let error = #expect(throws: DocumentProblems.self) {
            try PlanFile.read(Array(text.utf8), name: "a\u{1B}.json")
        }
        let shown = error?.rendered(color: false) ?? "\u{1B}"
        #expect(!shown.unicodeScalars.contains("\u{1B}"))
        #expect(!shown.unicodeScalars.contains("\u{202E}"))
        #expect(shown.contains("\\u{1B}[31m\\u{202E}"))
    }

    @Test func `problems have colour only when asked`() {
        let error = #expect(throws: DocumentProblems.self) { try Project.read("{}") }
        #expect(error?.rendered(color: true).contains("\u{1B}[31m") == true)
        #expect(error?.rendered(color: false).contains("\u{1B}") == false)
    }
}
