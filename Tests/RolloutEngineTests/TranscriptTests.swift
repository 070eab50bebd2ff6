import Foundation
import Testing

/// The engine as a person reads it: each file of `Transcripts` tells hosts, steps and what happens, and
/// holds, indented, what the engine decided about it.
/// `REWRITE_EXPECTED=1 swift test --filter TranscriptTests` writes the indented lines anew.
@Suite struct TranscriptTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".transcript") }.sorted()

    @Test func `there are transcripts`() {
        #expect(Self.names.count >= 14)
    }

    @Test(arguments: names)
    func `the engine decides as the transcript says`(name: String) throws {
        let file = Self.folder.appending(path: name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let told = expected.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix(" ") }.map(String.init)
        var player = TranscriptPlayer()
        var lines: [String] = []
        for line in told {
            lines.append(line)
            for answer in try player.play(line) { lines.append("           \(answer)") }
        }
        let actual = lines.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["REWRITE_EXPECTED"] != nil {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(actual == expected)
        }
    }
}
