import Conduct
import Foundation
import Plan
import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

@Suite struct PreparationTests {
    @Test func `a plan with problems is refused with all of them`() async throws {
        let bench = try await DriverBench()
        let text = ClusterPlan.sampleText.replacing("\"kind\"", with: "\"kinds\"")
            .replacing("v1.34.3+k3s1", with: "latest")
        let refusal = await #expect(throws: StartRefusal.self) { try await bench.prepared(text) }
        guard case .plan(let problems)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(problems.contains("plan.json:3:"))
        #expect(problems.contains("latest"))
    }

    @Test func `a plan for another cluster is refused by name`() async throws {
        let bench = try await DriverBench()
        let text = ClusterPlan.sampleText.replacing("\"test\"", with: "\"other\"")
        await #expect(throws: StartRefusal.otherCluster(plan: "other", coordinator: "test")) {
            try await bench.prepared(text)
        }
    }

    @Test func `hosts that never enrolled are named with the command to type`() async throws {
        let bench = try await DriverBench()
        let text = ClusterPlan.sampleText.replacing("\"seoul\"", with: "\"busan\"")
        let busan = try #require(HostID("busan"))
        bench.agents().connect(bench.hosts[0])
        let refusal = await #expect(throws: StartRefusal.self) { try await bench.prepared(text) }
        #expect(refusal == .hosts([.neverEnrolled(busan)]))
        #expect(refusal?.description.contains("coordinator token create --node busan") == true)
    }

    @Test func `hosts that are not connected are named with when they were`() async throws {
        let bench = try await DriverBench()
        let seoul = bench.hosts[1]
        try await bench.store.write { db in try NodeTable.noteSeen(seoul, at: 1_000, in: db) }
        let refusal = await #expect(throws: StartRefusal.self) { try await bench.prepared() }
        #expect(
            refusal
                == .hosts([
                    .away(bench.hosts[0], lastSeen: nil), .away(seoul, lastSeen: 1_000),
                ])
        )
        #expect(refusal?.description.contains("last seen 1970-01-01T00:00:01Z") == true)
    }

    /// What is not in the plan any more is named until its node counts no longer.
    @Test func `a host that left the plan is named, until it is revoked`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let before = try await bench.prepared().frozen.departed
        #expect(before == [])
        let id = try await bench.begin()
        _ = try await bench.events(of: id)
        let smaller = ClusterPlan.sampleText.replacing(
            /,\s*\{"id": "seoul".*/,
            with: ""
        )
        let seoul = bench.hosts[1]
        let frozen = try await bench.prepared(smaller).frozen
        #expect(
            frozen.news
                == "the plan differs from that of the last rollout, \(id): without seoul"
        )
        let departed = frozen.departed
        #expect(departed == [.init(id: seoul, hostname: "seoul", isServer: false)])
        let events = try await bench.dryRunEvents(of: smaller)
        guard case .started(let started)? = events.first?.event else {
            Issue.record("\(events)")
            return
        }
        #expect(started.departed.map(\.id) == ["seoul"])
        try await bench.store.write { db in
            try NodeTable.revoke(seoul, Revocation(at: 1, reason: ""), in: db)
        }
        let left = try await bench.prepared(smaller).frozen.departed
        #expect(left == [])
    }

    @Test func `what a plan asks for that the last one did not is said in one sentence`()
        async throws
    {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        #expect(try await bench.prepared().frozen.news == nil)
        let id = try await bench.begin()
        _ = try await bench.events(of: id)
        #expect(try await bench.prepared().frozen.news == nil)
        let other = ClusterPlan.sampleText.replacing(
            /"hosts":/,
            with: #""mesh": {"port": 51900}, "policies": {"parallelism": 7}, "hosts":"#
        )
        let events = try await bench.dryRunEvents(of: other)
        guard case .started(let started)? = events.first?.event else {
            Issue.record("\(events)")
            return
        }
        #expect(
            started.news == "the plan differs from that of the last rollout, \(id): mesh.port: "
                + "51820 -> 51900; policies.parallelism: 10 -> 7"
        )
    }

    @Test func `real machines are kept from stand-ins`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        agents.connect(bench.hosts[0], simulated: false)
        agents.connect(bench.hosts[1])
        await #expect(throws: StartRefusal.hosts([.genuineMachine(bench.hosts[0])])) {
            try await bench.prepared()
        }
    }

    @Test func `an agent that does not know a step is found before anything begins`() async throws {
        let bench = try await DriverBench()
        bench.agents().connect(bench.hosts[0])
        let (_, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        var hello = WireHello()
        hello.facts.architecture = "arm64"
        hello.facts.simulated = true
        hello.stepKinds = ["hostname", "wireguard-tools", "artifact", "k3s-agent"]
        _ = bench.registry.connect(bench.hosts[1], hello: hello, at: 1, outbound: outbound)
        await #expect(throws: StartRefusal.hosts([.unknownKinds(bench.hosts[1], ["mesh-proof"])])) {
            try await bench.prepared()
        }
    }

    @Test func `a step that a server's own policy refuses is found before anything begins`()
        async throws
    {
        let bench = try await DriverBench()
        bench.agents().connect(bench.hosts[0])
        let (_, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        var hello = WireHello()
        hello.facts.architecture = "arm64"
        hello.facts.simulated = true
        hello.stepKinds = ["hostname", "wireguard-tools", "mesh-proof", "k3s-agent"]
        hello.refusedStepKinds = ["artifact", "manifests"]
        hello.policyFile = "/etc/isthmus/agent.yaml"
        _ = bench.registry.connect(bench.hosts[1], hello: hello, at: 1, outbound: outbound)
        let problem = HostProblem.refusedKinds(
            bench.hosts[1],
            ["artifact"],
            file: "/etc/isthmus/agent.yaml"
        )
        await #expect(throws: StartRefusal.hosts([problem])) { try await bench.prepared() }
        #expect(problem.description.contains("/etc/isthmus/agent.yaml, does not allow"))
        #expect(problem.description.contains("systemctl restart isthmus-agent"))
    }

    @Test func `a processor that K3s does not run on is refused`() async throws {
        let bench = try await DriverBench()
        bench.agents().connect(bench.hosts[0])
        let (_, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        var hello = WireHello()
        hello.facts.architecture = "riscv64"
        hello.facts.simulated = true
        _ = bench.registry.connect(bench.hosts[1], hello: hello, at: 1, outbound: outbound)
        await #expect(
            throws: StartRefusal.hosts([.unknownArchitecture(bench.hosts[1], "riscv64")])
        ) {
            try await bench.prepared()
        }
    }

    @Test func `equal plans have one digest`() async throws {
        let bench = try await DriverBench()
        let agents = bench.agents()
        for host in bench.hosts { agents.connect(host) }
        let spaced = ClusterPlan.sampleText.replacing(":", with: " : ")
            .replacing("v1alpha1\"", with: "v1alpha1\" ")
        let first = try await bench.prepared()
        #expect(try await bench.prepared(spaced).digest == first.digest)
        #expect(first.digest.count == 64)
    }
}
