import Foundation
import GRPCCore
import GRPCTransport
import Logging
import Plan
import Protocol
import SimulatedHost
import Steps
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// A coordinator and real agents on simulated machines, over mutual TLS.
@Suite(.timeLimit(.minutes(2))) struct WholeRolloutTests {
    @Test func `a cluster comes to be and a second rollout changes nothing`() async throws {
        let bench = try await ServerBench()
        let machines = try await Machines(bench)
        try await machines.running(at: bench.port) {
            try await bench.untilConnected(machines.hosts.count)
            let pending = try await bench.dryRun()
            #expect(pending.ending?.outcome == .succeeded)
            #expect(pending.ending?.failed == 0)
            #expect(pending.ending?.changed ?? 0 > 0)

            let first = try await bench.rollOut()
            #expect(first.ending?.outcome == .succeeded, "\(first.failures)")
            #expect(first.ending?.changed ?? 0 > 0)

            let again = try await bench.dryRun()
            #expect(again.ending?.changed == 0, "\(again.changed)")
            #expect(again.ending?.outcome == .succeeded)

            let second = try await bench.rollOut()
            #expect(second.ending?.outcome == .succeeded)
            #expect(second.ending?.changed == 0, "\(second.changed)")
        }
        try await bench.stop()
    }

    @Test func `agents change their certificates in the midst and nothing runs twice`() async throws
    {
        let log = RecordedLog()
        let bench = try await ServerBench { $0.logger = log.logger }
        let machines = try await Machines(bench)
        let events = try await machines.running(at: bench.port) {
            try await bench.untilConnected(machines.hosts.count)
            let id = try await bench.start()
            try await bench.untilChanged(id, steps: 3)
            try await machines.renew(at: bench)
            let events = try await bench.watch(id)
            while log.lines.count(where: { $0.contains("went on to its new certificate") })
                < machines.hosts.count
            {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(!log.lines.contains { $0.contains("A node is gone") })
            return events
        }
        #expect(events.ending?.outcome == .succeeded, "\(events.failures)")
        for (step, states) in events.states {
            #expect(states.count { $0 == .changed || $0 == .unchanged } == 1, "\(step)")
        }
        try await bench.stop()
    }

    @Test func `a coordinator that goes away in the middle finishes when it is back`() async throws
    {
        let bench = try await ServerBench()
        let machines = try await Machines(bench)
        let port = bench.port
        let events = try await machines.running(at: port) {
            try await bench.untilConnected(machines.hosts.count)
            let id = try await bench.start()
            try await bench.untilChanged(id, steps: 3)
            let began = ContinuousClock.now
            try await bench.stop()
            // Calls may go on for ten seconds; agents end theirs when they are told.
            #expect(ContinuousClock.now - began < .seconds(10))
            let again = try await ServerBench(bench.folder, port: port)
            let events = try await again.watch(id)
            try await again.stop()
            return events
        }
        #expect(events.ending?.outcome == .succeeded, "\(events.failures)")
        for (step, states) in events.states {
            #expect(states.count { $0 == .changed || $0 == .unchanged } == 1, "\(step)")
        }
    }
}

extension ServerBench {
    private static func request(_ plan: String = ClusterPlan.sampleText) -> WireStartRolloutRequest
    {
        .with {
            $0.plan = Data(plan.utf8)
            $0.fileName = "plan.json"
        }
    }

    func untilConnected(_ count: Int) async throws {
        try await operating { client in
            while try await client.listNodes(.init()).nodes.count(where: \.connected) < count {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    func start(_ plan: String = ClusterPlan.sampleText) async throws -> String {
        try await operating { try await $0.startRollout(Self.request(plan)).rolloutID }
    }

    func rollOut(
        _ plan: String = ClusterPlan.sampleText
    ) async throws -> [WireRolloutEvent] {
        try await watch(start(plan))
    }

    func watch(_ id: String) async throws -> [WireRolloutEvent] {
        try await operating { client in
            try await client.watchRollout(.with { $0.rolloutID = id }) { response in
                try await response.messages.reduce(into: []) { $0.append($1) }
            }
        }
    }

    func untilChanged(_ id: String, steps: Int) async throws {
        try await operating { client in
            try await client.watchRollout(.with { $0.rolloutID = id }) { response in
                var left = steps
                for try await event in response.messages {
                    if case .step(let step)? = event.event, step.state == .changed { left -= 1 }
                    if left == 0 { return }
                }
            }
        }
    }

    func dryRun() async throws -> [WireRolloutEvent] {
        try await operating { client in
            try await client.dryRun(Self.request()) { response in
                try await response.messages.reduce(into: []) { $0.append($1) }
            }
        }
    }
}

extension [WireRolloutEvent] {
    /// What a test's failure shows.
    var failures: [String] { told { $0 == .failed || $0 == .retrying } }
    var changed: [String] { told { $0 == .changed } }

    private func told(_ wanted: (WireStepState) -> Bool) -> [String] {
        compactMap { event in
            guard case .step(let step)? = event.event, wanted(step.state) else { return nil }
            return "\(step.stepID): \(step.message) \(step.details)"
        }
    }
}
