import Testing

@testable import Coordinator

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}]0;title\u{07}after", "after"),
        ("\u{1B}]8;;http://x\u{1B}\\link", "link"),
        ("\u{9B}2Jcleared", "cleared"),
        ("back\u{08}\u{08}space\u{7F}", "backspace"),
        ("\u{202E}esrever\u{2066}", "esrever"),
        ("cut short \u{1B}[12", "cut short "),
        ("쿠베-서울", "쿠베-서울"),
    ])
    func `what could move a cursor is left out`(text: String, expected: String) {
        #expect(TerminalText.cleaned(text) == expected)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("서울", 4), ("e\u{301}", 1), ("🚀", 2), ("…", 1),
    ])
    func `columns are counted as terminals do`(text: String, columns: Int) {
        #expect(TerminalText.columns(of: text) == columns)
    }

    @Test func `text is cut at whole characters`() {
        #expect(TerminalText.fitted("kube-chuncheon", to: 8) == "kube-ch…")
        #expect(TerminalText.fitted("kube-chuncheon", to: 8, unicode: false) == "kube-ch~")
        #expect(TerminalText.fitted("서울서울", to: 4) == "서…")
        #expect(TerminalText.fitted("abc", to: 3) == "abc")
        #expect(TerminalText.fitted("abc", to: 0) == "")
        #expect(TerminalText.padded("서울서울", to: 4) == "서… ")
    }

    @Test(
        arguments: [
            (-5, "0s"), (999, "0s"), (59_999, "59s"), (65_000, "1m05s"), (3_600_000, "1h00m"),
            (11_220_000, "3h07m"), (172_800_000, "2d"),
        ] as [(Int64, String)]
    )
    func `spans of time`(milliseconds: Int64, text: String) {
        #expect(Spans.short(milliseconds: milliseconds) == text)
    }

    @Test(
        arguments: [
            (-1, "0 B"), (0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (2_000_000, "2 MB"),
            (999_600_000, "1 GB"), (39_900_000_000, "40 GB"), (Int64.max, "9223 PB"),
        ] as [(Int64, String)]
    )
    func `amounts of bytes`(count: Int64, text: String) {
        #expect(Spans.bytes(count) == text)
    }

    @Test func `a table's columns are as wide as their widest cell`() {
        var table = TextTable([("NODE", .left), ("LOAD", .right), ("", .left)])
        table.append(["kube-japan", "0.5", "x"])
        table.append(["서울", "12.25"])
        #expect(
            table.lines() == [
                "NODE         LOAD",
                "kube-japan    0.5  x",
                "서울        12.25",
            ]
        )
    }

    @Test func `a JSON line never breaks`() {
        let line = JSONLine.object([
            ("text", .string("a\"\\\n\u{1B}\u{2028}é")),
            ("list", .array([.integer(-1), .bool(true), .double(.nan), .double(0.5)])),
        ])
        #expect(
            line.text == #"{"text":"a\"\\\n\u001b\u2028é","list":[-1,true,null,0.5]}"#
        )
    }

    @Test(
        arguments: [
            (true, ["TERM": "xterm-256color", "LANG": "en_GB.UTF-8"], true, true, true),
            (true, ["TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.utf8"], true, false, true),
            (true, ["TERM": "xterm", "NO_COLOR": ""], true, true, false),
            (true, ["TERM": "dumb", "LANG": "C.UTF-8"], false, false, true),
            (true, [:], false, false, false),
            (false, ["TERM": "xterm", "LC_ALL": "C", "LANG": "C.UTF-8"], false, false, false),
        ] as [(Bool, [String: String], Bool, Bool, Bool)]
    )
    func `the environment says what a terminal can do`(
        isTerminal: Bool,
        environment: [String: String],
        live: Bool,
        color: Bool,
        unicode: Bool
    ) {
        let terminal = Terminal(isTerminal: isTerminal, environment: environment)
        #expect(terminal.isLive == live)
        #expect(terminal.style == TerminalStyle(color: color, unicode: unicode))
    }
}
