import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Testing

@testable import Coordinator

/// What one who asks for logs is told, while a rollout runs and after.
@Suite(.timeLimit(.minutes(4))) struct StepLogReaderTests {
    @Test func `who follows is told everything, and goes with the rollout`() async throws {
        let bench = try await DriverBench()
        let agents = bench.talkingAgents()
        for host in bench.hosts { agents.connect(host) }
        let id = try await bench.begin()
        let followed = try await bench.lines { $0.follow = true }
        let events = try await bench.events(of: id)
        #expect(events.ending?.outcome == .succeeded)
        let all = try await bench.lines()
        #expect(followed == all)
        #expect(all.count == agents.asked.count)
        #expect(all.map(\.number) == all.map(\.number).sorted())
        #expect(all.allSatisfy { $0.attempt == 1 && $0.place == 1 })
        #expect(!all.contains { $0.line.contains("K10-of") })
        await bench.events.flush()
        let told = try await bench.store.read { db throws in
            try ClusterEventTable.rows(after: 0, limit: 100, in: db)
        }
        #expect(told.map(\.event.kind) == [.rolloutStarted, .rolloutEnded])
    }

    @Test func `a host, a step and the last lines can be asked for`() async throws {
        let bench = try await DriverBench()
        let agents = bench.talkingAgents()
        for host in bench.hosts { agents.connect(host) }
        _ = try await bench.events(of: bench.begin())
        let all = try await bench.lines()

        let seoul = try await bench.lines { $0.host = "seoul" }
        #expect(!seoul.isEmpty && seoul.allSatisfy { $0.node == "seoul" })
        // What the server does for others counts as its own too.
        let tokyo = try await bench.lines { $0.host = "tokyo" }
        #expect(tokyo.contains { $0.stepID == "seoul.k3s-join-token" })
        let names = try await bench.lines { $0.step = "hostname" }
        #expect(Set(names.map(\.stepID)) == ["seoul.hostname", "tokyo.hostname"])
        let one = try await bench.lines { $0.step = "tokyo.k3s-server" }
        #expect(one.map(\.stepID) == ["tokyo.k3s-server"])
        #expect(try await bench.lines { $0.last = 2 } == all.suffix(2))
        #expect(try await bench.lines { $0.after = all[3].number } == Array(all.dropFirst(4)))
    }

    @Test func `what there is not is said with what there is`() async throws {
        let bench = try await DriverBench()
        let agents = bench.talkingAgents()
        for host in bench.hosts { agents.connect(host) }
        _ = try await bench.events(of: bench.begin())
        let host = await #expect(throws: ServiceFailure.self) {
            try await bench.lines { $0.host = "osaka" }
        }
        #expect("\(host as Any)".contains("seoul, tokyo"))
        let step = await #expect(throws: ServiceFailure.self) {
            try await bench.lines {
                $0.host = "seoul"
                $0.step = "k3s-server"
            }
        }
        #expect("\(step as Any)".contains("k3s-agent"))
        await #expect(throws: ServiceFailure.notFound("there was never a rollout 'r-ffffffff'")) {
            try await bench.lines { $0.rolloutID = "r-ffffffff" }
        }
        await #expect(throws: ServiceFailure.self) { try await bench.lines { $0.after = -1 } }
    }
}

extension DriverBench {
    /// Agents whose every step says one line; the one that makes a token says the token.
    fileprivate func talkingAgents() -> FakeAgents {
        FakeAgents(registry) { [driver] result, node in
            let execution = ExecutionID(result.executionID)
            let token = result.outputs["token"].map { String(decoding: $0, as: UTF8.self) }
            try? await driver.line("says \(token ?? "something")", of: execution, from: node)
            _ = try? await driver.report(StepReport(result), from: node)
        }
    }

    /// The lines of the first rollout.
    fileprivate func lines(
        _ change: (inout WireLogsRequest) -> Void = { _ in }
    ) async throws -> [WireLogLine] {
        var request = WireLogsRequest.with { $0.rolloutID = RolloutID(random: 1).description }
        change(&request)
        var lines: [WireLogLine] = []
        try await StepLogReader(request: request, store: store, logs: logs)
            .run { lines.append($0) }
        return lines
    }
}
