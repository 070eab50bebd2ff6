import Foundation
import Plan
import Protocol
import RolloutEngine
import Steps
import Synchronization
import Testing

@testable import Coordinator

/// `rollout --approve`: what an operator was shown, and nothing else.
@Suite(.timeLimit(.minutes(4))) struct ApprovalTests {
    /// Machines whose hostname differs, until something else is said.
    private final class Machines: Sendable {
        let name = Mutex("debian")

        func answer(_ assignment: WireStepAssignment) -> WireStepResult {
            guard assignment.kind == "hostname" else { return FakeAgents.unchanged(assignment) }
            let before = name.withLock { $0 }
            guard before != "away" else { return FakeAgents.failed(assignment, "no hostnamectl") }
            let change = Change.setting(name: "hostname", before: before, after: "tokyo")
            return FakeAgents.changed(assignment, [change])
        }
    }

    private static func approve(
        _ body: (DriverBench, Machines, _ digest: String) async throws -> Void
    ) async throws {
        let bench = try await DriverBench()
        let machines = Machines()
        let agents = bench.agents { machines.answer($0) }
        for host in bench.hosts { agents.connect(host) }
        var events: [WireRolloutEvent] = []
        try await bench.dryRun().run { event in
            events.append(event)
        } keep: { findings in
            try await findings.keep(in: bench.store, at: 1)
        }
        try await body(bench, machines, #require(events.ending?.approval))
    }

    private static func refusal(
        _ bench: DriverBench,
        _ digest: String,
        _ prepared: PreparedRollout? = nil
    ) async throws -> [String]? {
        let run = try await bench.dryRun(prepared)
        do throws(StartRefusal) {
            try await run.demand(digest, in: bench.store)
            return nil
        } catch {
            guard case .notApproved(let reasons) = error else { throw error }
            return reasons
        }
    }

    @Test func `what is as it was shown may begin, however often`() async throws {
        try await Self.approve { bench, _, digest in
            #expect(digest.count == 64)
            for _ in 1...2 {
                let reasons = try await Self.refusal(bench, digest)
                #expect(reasons == nil)
            }
        }
    }

    @Test func `another state of a host is shown and refused`() async throws {
        try await Self.approve { bench, machines, digest in
            machines.name.withLock { $0 = "renamed" }
            let reasons = try await Self.refusal(bench, digest)
            #expect(
                reasons == [
                    "tokyo.hostname: 1 change, and now 1 change",
                    "    hostname: renamed -> tokyo",
                    "seoul.hostname: 1 change, and now 1 change",
                    "    hostname: renamed -> tokyo",
                ]
            )
        }
    }

    @Test func `what cannot be checked any more is refused with its reason`() async throws {
        try await Self.approve { bench, machines, digest in
            machines.name.withLock { $0 = "away" }
            let reasons = try await Self.refusal(bench, digest)
            #expect(
                reasons?.first == "tokyo.hostname: it cannot be checked now: no hostnamectl"
            )
        }
    }

    @Test func `another plan is refused before anyone is asked`() async throws {
        try await Self.approve { bench, _, digest in
            let text = ClusterPlan.sampleText.replacing("v1.34.3", with: "v1.34.2")
            let prepared = try await bench.prepared(text)
            let reasons = try await Self.refusal(bench, digest, prepared)
            #expect(reasons?.first?.hasPrefix("the plan itself: ") == true)
        }
    }

    @Test func `a digest that nobody was shown is refused`() async throws {
        try await Self.approve { bench, _, _ in
            let reasons = try await Self.refusal(bench, String(repeating: "0", count: 64))
            #expect(reasons?.first?.contains("is known here") == true)
        }
    }

    @Test func `only the latest dry runs are kept`() async throws {
        let bench = try await DriverBench()
        try await bench.store.write { db in
            for number in 0...DryRunTable.most {
                try DryRunTable.keep(Data(), digest: "\(number)", at: 1, in: db)
            }
        }
        let kept = try await bench.store.read { db in
            try (0...DryRunTable.most).filter { try DryRunTable.find("\($0)", in: db) != nil }
        }
        #expect(kept == Array(1...DryRunTable.most))
    }
}
