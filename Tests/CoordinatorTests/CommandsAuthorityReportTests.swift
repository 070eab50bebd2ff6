import ArgumentParser
import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

@Suite struct CommandsAuthorityReportTests {
    private func status(
        _ phase: WireRotationPhase,
        progress: [WireNodeProgress] = []
    ) -> WireAuthorityStatus {
        .with { status in
            status.phase = phase
            status.since = 1_000
            status.authorities = [
                .with {
                    $0.publicKeySha256 = "aa11"
                    $0.notAfter = 864_000_000
                    $0.signs = true
                }
            ]
            status.nodes = progress.enumerated().map { index, progress in
                .with {
                    $0.node = "node-\(index)"
                    $0.progress = progress
                    $0.lastSeen = 1_000
                }
            }
        }
    }

    private func text(_ status: WireAuthorityStatus, isAnswer: Bool = false) -> String {
        AuthorityReport(status, now: 61_000, suffix: " --state s", isAnswer: isAnswer)
            .lines.joined(separator: "\n")
    }

    @Test func `every phase says what can be typed next`() {
        #expect(text(status(.settled)).contains("coordinator ca rotate start --state s"))
        #expect(!text(status(.settled, progress: [.caughtUp])).contains("node-0"))
        #expect(
            text(status(.settled, progress: [.lost])).contains("node-0  lost: must enrol again")
        )
        let introduced = text(status(.introduced, progress: [.behind]))
        #expect(introduced.contains("Phase introduced, for 1m00s"))
        #expect(introduced.contains("1 node is behind"))
        #expect(introduced.contains("coordinator ca rotate sign --state s"))
        #expect(introduced.contains("coordinator ca rotate back --state s"))
        let ready = text(status(.signing, progress: [.caughtUp, .lost]))
        #expect(ready.contains("All have caught up"))
        #expect(ready.contains("coordinator ca rotate finish --state s"))
        #expect(ready.contains("lost: must enrol again"))
        let waiting = text(status(.signing, progress: [.caughtUp, .behind, .behind]))
        #expect(waiting.contains("2 nodes are behind and would be locked out"))
        #expect(waiting.contains("coordinator ca show --state s"))
        #expect(text(status(.returning)).contains("coordinator ca rotate finish --state s"))
    }

    @Test func `an answer says whether something changed, and who was left behind`() {
        #expect(text(status(.signing), isAnswer: true).hasPrefix("It is so already"))
        var done = status(.settled)
        done.changed = true
        done.leftBehind = ["seoul", "tokyo"]
        let words = text(done, isAnswer: true)
        #expect(words.hasPrefix("Done."))
        #expect(words.contains("Left behind: seoul, tokyo"))
        #expect(words.contains("node-agent enroll --force"))
    }

    @Test func `programs get all of it`() {
        let report = AuthorityReport(status(.signing, progress: [.behind]), now: 61_000)
        #expect(
            report.json.text == """
                {"phase":"signing","since":1000,"changed":false,"authorities":[{"publicKeySHA256":\
                "aa11","notBefore":0,"notAfter":864000000,"signs":true}],"nodes":[{"node":"node-0",\
                "progress":"behind","issuer":"","authorities":[],"connected":false,"lastSeen":1000}],\
                "leftBehind":[]}
                """
        )
    }

    @Test func `the steps are understood`() throws {
        let finish = try CoordinatorProgram.parseAsRoot([
            "ca", "rotate", "finish", "--leave-behind",
        ])
        #expect((finish as? RotateCommand.Finish)?.leaveBehind == true)
        #expect(
            try CoordinatorProgram.parseAsRoot(["ca", "rotate", "start"]) is RotateCommand.Start
        )
        #expect(
            try CoordinatorProgram.parseAsRoot(["ca", "show"]) is CertificateAuthorityCommand.Show
        )
    }
}
