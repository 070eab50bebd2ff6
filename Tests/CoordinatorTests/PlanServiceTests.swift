import Foundation
import GRPCCore
import Plan
import PlanFile
import Protocol
import SwiftProtobuf
import Testing

@testable import Coordinator

/// Plans over the wire.
@Suite(.timeLimit(.minutes(4))) struct PlanServiceTests {
    @Test func `a good plan comes back with its digest and its defaults`() async throws {
        try await ServerBench.run { bench in
            let answer = try await bench.operating { client in
                try await client.checkPlan(.with { $0.plan = .sample })
            }
            #expect(answer.problems.isEmpty)
            #expect(answer.digest == PlanRequest.canonical(try .sample()).digest)
            #expect(answer.canonical == (try ClusterPlan.sample()).canonicalJSON())
            let mtu = answer.defaults.first { $0.pointer == "/mesh/mtu" }
            #expect(mtu?.value == "1420")
            #expect(mtu?.reason.isEmpty == false)
            let again = try PlanFile.read(Array(answer.explained.utf8), name: "x.yaml")
            #expect(again == (try .sample()))
        }
    }

    @Test func `all problems come with their places`() async throws {
        try await ServerBench.run { bench in
            let answer = try await bench.operating { client in
                try await client.checkPlan(
                    .with {
                        $0.plan.plan = Data(
                            ClusterPlan.sampleText
                                .replacing("\"role\": \"agent\"", with: "\"rolle\": \"agent\"").utf8
                        )
                    }
                )
            }
            #expect(answer.digest.isEmpty)
            #expect(answer.problems.count == 2)
            let unknown = answer.problems.first { $0.pointer.hasSuffix("/rolle") }
            #expect(unknown?.line == 8)
            #expect(unknown?.advice.contains("role") == true)
            #expect(unknown?.code == "unknown")
            #expect(unknown.map { $0.endColumn - $0.column } == 7)
            #expect(answer.cautions.isEmpty)
        }
    }

    @Test func `what is not carried out is cautioned about`() async throws {
        try await ServerBench.run { bench in
            let text = ClusterPlan.sampleText.replacing(
                "\"hosts\"",
                with: "\"dashboard\": \(ClusterPlan.kubeSphere), \"hosts\""
            )
            let answer = try await bench.operating { client in
                try await client.checkPlan(.with { $0.plan.plan = Data(text.utf8) })
            }
            #expect(answer.problems.isEmpty && !answer.digest.isEmpty)
            #expect(answer.cautions.map(\.pointer) == ["/dashboard"])
            #expect(answer.cautions.first?.code == "unsupported")
        }
    }

    @Test func `a difference says what the command says`() async throws {
        try await ServerBench.run { bench in
            let newer = ClusterPlan.sampleText.replacing("v1.34.3", with: "v1.35.0")
            let answer = try await bench.operating { client in
                try await client.diffPlan(
                    .with {
                        $0.old = .sample
                        $0.new = .sample
                        $0.new.plan = Data(newer.utf8)
                    }
                )
            }
            let new = try PlanFile.read(Array(newer.utf8), name: "plan.json")
            let local = PlanDiff(from: try .sample(), to: new)
            #expect(
                answer.differences.map(\.pointer)
                    == local.differences.map(\.pointer.description)
            )
            #expect(answer.differences.first?.before == "\"v1.34.3+k3s1\"")
            #expect(answer.steps.count == local.steps.count)
            #expect(answer.steps.contains { $0.host == "seoul" && $0.kind == "k3s-agent" })
            #expect(answer.newDigest != answer.oldDigest)
        }
    }

    @Test func `a plan with problems has no difference`() async throws {
        try await ServerBench.run { bench in
            let error = await #expect(throws: RPCError.self) {
                try await bench.operating { client in
                    try await client.diffPlan(.with { $0.old = .sample })
                }
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `a difference is told to people with hosts, values, steps and cautions`() throws {
        let old = try ClusterPlan.sample()
        var new = old
        new.hosts.removeLast()
        new.mesh.mtu = 1300
        let lines = PlanDiffReport(PlanDiff(from: old, to: new), old: "1", new: "2").lines
        #expect(lines[0] == "Hosts: 1 removed. Values that differ: 1.")
        #expect(lines.contains("- host seoul"))
        #expect(lines.contains("~ /mesh/mtu: 1420 -> 1300"))
        #expect(
            lines.contains { $0.contains("mesh-proof") && $0.hasSuffix("/mesh/mtu, /hosts/1") }
        )
        #expect(lines.last?.contains("seoul is in the plan no more") == true)
    }

    @Test func `plans that ask for the same say so`() throws {
        let plan = try ClusterPlan.sample()
        let same = PlanDiffReport(PlanDiff(from: plan, to: plan), old: "1", new: "1")
        #expect(same.lines == ["The two plans ask for the same; digest 1."])
        let turned = PlanDiffReport(PlanDiff(from: plan, to: plan), old: "1", new: "2")
        #expect(turned.lines.count == 2)
    }
}

extension WirePlanText {
    fileprivate static var sample: WirePlanText {
        .with {
            $0.plan = Data(ClusterPlan.sampleText.utf8)
            $0.fileName = "plan.json"
        }
    }
}
