import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

/// Logs, events and clocks as people and programs read them.
struct RecordReportTests {
    @Test func `lines that are not kept any more are told where they are missing`() {
        var report = StepLogReport(.text, isTail: false)
        #expect(
            report.lines(for: Self.line(place: 71, "late\u{1B}[2J")) == [
                "1970-01-01T00:00:01Z a.hostname: (70 lines are not kept)",
                "1970-01-01T00:00:01Z a.hostname: late",
            ]
        )
        #expect(report.lines(for: Self.line(place: 72, "next")).count == 1)
        var tail = StepLogReport(.text, isTail: true)
        #expect(tail.lines(for: Self.line(place: 71, "late")).count == 1)
        var program = StepLogReport(.json, isTail: false)
        #expect(program.lines(for: Self.line(place: 71, "late")).count == 1)
    }

    @Test func `an event is one line`() {
        let event = WireClusterEvent.with {
            $0.number = 7
            $0.at = 1_000
            $0.kind = "node-gone"
            $0.node = "seoul"
            $0.words = "seoul\nis gone"
        }
        #expect(
            EventPrinter.text(event, .text)
                == "1970-01-01T00:00:01Z node-gone            seoul is gone"
        )
        #expect(
            EventPrinter.text(event, .json)
                == #"{"number":7,"at":1000,"kind":"node-gone","node":"seoul","#
                + #""words":"seoul\nis gone"}"#
        )
    }

    @Test(arguments: [
        (3_250_000, 40_000, "+3.2s"), (-3_250_000, 40_000, "-3.2s"), (12_000, 900, "+12ms"),
        (300, 900, "<0.9ms"), (0, 0, "<0.1ms"), (90_000_000, 1, "+1m30s"),
        (Int64.min, 1, "-106751991d"), (0, Int64.max, "<9223372036854775ms"),
    ])
    func `a skew is told as far as it is known`(skew: Int64, uncertainty: Int64, text: String) {
        #expect(NodeClockReport.skew(Self.node(skew, uncertainty)) == text)
    }

    @Test(arguments: [
        (900_000, 0, 0), (1_200_000, 300_000, 0), (1_200_000, 100_000, 1), (-31_000_000, 1, 1),
    ])
    func `a clock that is certainly off is warned of`(
        skew: Int64,
        uncertainty: Int64,
        count: Int
    ) {
        let warnings = NodeClockReport.warnings([Self.node(skew, uncertainty)])
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.contains("timedatectl set-ntp true") })
    }

    @Test func `from half a minute on the harm is there`() {
        let behind = NodeClockReport.warnings([Self.node(-31_000_000, 1)])
        #expect(behind.first?.contains("31.0s behind the coordinator's; Kilo leaves") == true)
        let ahead = NodeClockReport.warnings([Self.node(2_000_000, 1)])
        #expect(ahead.first?.contains("2.0s ahead of the coordinator's; from 30 s on") == true)
        var gone = Self.node(31_000_000, 1)
        gone.connected = false
        #expect(NodeClockReport.warnings([gone]).isEmpty)
    }

    @Test func `a failure shows the last lines and how to see all`() {
        var rollout = TellingCoordinator.threeClouds()
        rollout.step("kube-seoul.hostname", .failed, after: 1) { $0.message = "no" }
        rollout.end(.failed, changed: 0, unchanged: 0, failed: 1, after: 2)
        let lines = rollout.view.summary(
            style: .plain,
            planFile: nil,
            suffix: " --state s",
            output: ["kube-seoul.hostname": ["one", "two"]]
        )
        let id = rollout.view.id
        #expect(lines.contains("  | two"))
        #expect(
            lines.contains(
                "    coordinator rollout logs \(id) --step kube-seoul.hostname --state s"
            )
        )
    }

    private static func line(place: Int64, _ text: String) -> WireLogLine {
        .with {
            $0.number = place
            $0.at = 1_000
            $0.stepID = "a.hostname"
            $0.attempt = 1
            $0.place = place
            $0.line = text
        }
    }

    private static func node(_ skew: Int64, _ uncertainty: Int64) -> WireNode {
        .with {
            $0.id = "seoul"
            $0.connected = true
            $0.clock.skew = skew
            $0.clock.uncertainty = uncertainty
        }
    }
}
