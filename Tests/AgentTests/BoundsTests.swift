import Protocol
import SwiftProtobuf
import Testing

@testable import Agent

@Suite struct BoundsTests {
    @Test func `a line keeps its characters and loses what would move a cursor`() {
        #expect(OneLine.clip("grün\u{1B}[31m\r\nnext\u{202E}") == "grün [31m  next ")
        let long = OneLine.clip(String(repeating: "é", count: 400))
        #expect(long.utf8.count == OneLine.limit + "…".utf8.count)
    }

    @Test func `output comes in a burst, then at a rate, and what is left out is told`() {
        var limit = OutputLimit(now: 0)
        for line in 0..<OutputLimit.burst {
            #expect(limit.admit("line \(line)", now: 0) == ["line \(line)"])
        }
        #expect(limit.admit("too much", now: 0) == [])
        #expect(limit.admit("too much", now: 40) == [])
        #expect(limit.admit("next", now: 50) == ["… 2 lines left out", "next"])
        #expect(limit.admit("again too much", now: 60) == [])
        #expect(limit.admit("a clock that jumps back", now: -1) == [])
    }

    @Test func `an outbox keeps results and drops lines that nobody could read in time`()
        async throws
    {
        let outbox = Outbox()
        for line in 0..<(Outbox.outputLimit + 50) {
            outbox.send(StepMessages.output("r-1.a.b.1", "\(line)"))
        }
        outbox.send(.with { $0.result.executionID = "r-1.a.b.1" })
        outbox.finish()
        outbox.send(.with { $0.accepted.executionID = "too late" })
        var read: [WireAgentMessage] = []
        try await outbox.drain { read.append($0) }
        #expect(read.count == Outbox.outputLimit + 1)
        #expect(read.last?.result.executionID == "r-1.a.b.1")
    }
}
