import Foundation
import GRPCCore
import Plan
import Preflight
import Protocol
import SimulatedHost
import SwiftProtobuf
import Testing

@testable import Coordinator

/// What is looked at before a rollout, over the wire, on machines that are played.
@Suite(.timeLimit(.minutes(2))) struct PreflightTests {
    @Test func `good machines pass, and what was seen is told`() async throws {
        let bench = try await ServerBench()
        let machines = try await PlayedMachines(bench)
        try await machines.running(at: bench) {
            let told = try await bench.preflight()
            #expect(told.ending.failed == 0, "\(told.bad)")
            #expect(told.ending.skipped == 0, "\(told.bad)")
            #expect(told.findings.contains { $0.check == "clock-skew" && $0.verdict == "passed" })
            let shown = told.report.lines().joined(separator: "\n")
            #expect(shown.contains("ok       wireguard"))
            #expect(shown.contains("Nothing was changed."))
        }
        try await bench.stop()
    }

    @Test func `a failure stops a rollout before anything changes, unless the plan ignores it`()
        async throws
    {
        let bench = try await ServerBench()
        let machines = try await PlayedMachines(bench)
        machines.hosts[1].faults.packetFilter = ["-A INPUT -j REJECT"]
        try await machines.running(at: bench) {
            let before = machines.hosts.map(\.commands.count)
            let refusal = await #expect(throws: (any Error).self) { try await bench.begin() }
            let said = "\(try #require(refusal))"
            #expect(said.contains("seoul: firewall: UDP 51820 is refused by `-A INPUT -j REJECT`"))
            #expect(said.contains("iptables -I INPUT -p udp --dport 51820 -j ACCEPT"))
            #expect(machines.hosts.map(\.commands.count) == before)
            try await bench.untilNoted("preflight-failed", "firewall on seoul")

            _ = try await bench.begin(ignoring: "firewall")
            try await bench.untilNoted("preflight-passed", "the plan ignores firewall on seoul")
        }
        try await bench.stop()
    }

    @Test func `agents of an earlier release are unknown and stop nothing`() async throws {
        let registry = NodeRegistry()
        let agents = FakeAgents(registry) { _, _ in }
        let plan = try ClusterPlan.sample()
        for host in plan.hosts { agents.connect(host.id) }
        let run = PreflightRun(plan: plan, registry: registry, questions: NodeQuestions())
        let outcome = await run.run { _ in }
        #expect(outcome.failures.isEmpty)
        #expect(outcome.tally.skipped > 20)
    }

    @Test func `an answer from another node, or twice, is nobody's`() async throws {
        let registry = NodeRegistry()
        let node = try #require(HostID("tokyo"))
        let other = try #require(HostID("seoul"))
        let (queue, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        let session = registry.connect(node, hello: .init(), at: 1, outbound: outbound)
        let questions = NodeQuestions()
        async let answer = questions.ask(
            node,
            .inspection(.init()),
            over: registry,
            within: 60_000
        )
        var messages = queue.makeAsyncIterator()
        guard case .probe(let probe)? = await messages.next()?.message else {
            Issue.record("nothing was asked")
            return
        }
        var result = WireProbeResult()
        result.number = probe.number
        result.observation.hostname = "forged"
        questions.deliver(result, from: other)
        result.observation.hostname = "true"
        questions.deliver(result, from: node)
        result.observation.hostname = "late"
        questions.deliver(result, from: node)
        #expect(await answer?.observation.hostname == "true")
        withExtendedLifetime(session) {}
    }

    @Test func `an agent that goes away is not waited for`() async throws {
        let registry = NodeRegistry()
        let node = try #require(HostID("tokyo"))
        let (queue, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        _ = registry.connect(node, hello: .init(), at: 1, outbound: outbound)
        let questions = NodeQuestions()
        async let answer = questions.ask(
            node,
            .inspection(.init()),
            over: registry,
            within: 600_000
        )
        var messages = queue.makeAsyncIterator()
        _ = await messages.next()
        questions.forget(node)
        #expect(await answer == nil)
    }
}

/// What a preflight told.
struct ToldPreflight: Sendable {
    var findings: [WirePreflightFinding] = []
    var paths: [WirePreflightPath] = []
    var advice: [WirePreflightAdvice] = []
    var report = PreflightReport()
    var ending = WirePreflightEnded()

    var bad: [String] {
        findings.filter { $0.verdict != "passed" }
            .map { "\($0.host) \($0.check) \($0.verdict) \($0.observed)" }
    }
}

extension ServerBench {
    func preflight(_ plan: String = ClusterPlan.sampleText) async throws -> ToldPreflight {
        let request = WirePreflightRequest.with { $0.plan.plan = Data(plan.utf8) }
        return try await operating { client in
            try await client.preflight(request) { response in
                var told = ToldPreflight()
                for try await event in response.messages {
                    told.report.take(event)
                    switch event.event {
                    case .finding(let finding): told.findings.append(finding)
                    case .path(let path): told.paths.append(path)
                    case .advice(let advice): told.advice.append(advice)
                    case .ended(let ending): told.ending = ending
                    case nil: break
                    }
                }
                return told
            }
        }
    }

    func begin(ignoring check: String? = nil) async throws -> String {
        var text = ClusterPlan.sampleText
        if let check {
            text = text.replacingOccurrences(
                of: "\"hosts\":",
                with: "\"policies\": { \"preflight\": { \"ignore\": [\"\(check)\"] } }, \"hosts\":"
            )
        }
        let request = WireStartRolloutRequest.with { $0.plan = Data(text.utf8) }
        return try await operating { try await $0.startRollout(request).rolloutID }
    }

    /// Waits until an event is kept whose words hold these.
    func untilNoted(_ kind: String, _ words: String) async throws {
        try await operating { client in
            try await client.events(.with { $0.follow = true }) { response in
                for try await event in response.messages
                where event.kind == kind && event.words.contains(words) {
                    return
                }
            }
        }
    }
}
