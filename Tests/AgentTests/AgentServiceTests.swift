import Daemon
import FoundationEssentials
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(4))) struct AgentServiceTests {
    let id = "r-00000001.kube-seoul.scripted.1"

    @Test func `a step runs, reports, and is forgotten with the receipt`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script { context throws(StepFailure) in
                context.report("half way\u{1B}[2J")
                return [:]
            }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            let hello = try await coordinator.service.heard.hello()
            #expect(hello.facts.simulated)
            #expect(hello.facts.agentVersion == Release.version)
            #expect(
                hello.stepKinds == StepCatalog.kinds.map { $0.kind }
                    + ErrandCatalog.kinds.map { $0.kind }
            )
            #expect(hello.unfinished.isEmpty)
            coordinator.service.send(.assign(id, script))
            let result = try await coordinator.service.heard.result(id)
            #expect(String(decoding: result.changed.changes, as: UTF8.self).contains(script.key))
            let words = coordinator.service.heard.all
            #expect(words.contains { $0.accepted.executionID == id })
            #expect(words.contains { $0.output.line == "half way [2J" })
            // The receipt has been dealt with once the next assignment is.
            let next = "r-00000001.kube-seoul.scripted.2"
            coordinator.service.send(.assign(next, script))
            _ = try await coordinator.service.heard.result(next)
            #expect(!journal(in: folder).contains { $0.hasPrefix(id) })
            await agent.stop()
        }
    }

    @Test func `what the policy refuses is said in the hello and never begins`() async throws {
        try await withCoordinator { coordinator, folder in
            let policy = AgentPolicy(file: "/etc/isthmus/agent.yaml", steps: ["hostname"])
            let script = Script { _ throws(StepFailure) in [:] }
            let agent = try AgentUnderTest(coordinator.state(in: folder), policy: policy)
            let hello = try await coordinator.service.heard.hello()
            #expect(hello.stepKinds == ["hostname"])
            #expect(hello.refusedStepKinds == AgentPolicy.kinds.filter { $0 != "hostname" })
            #expect(hello.policyFile == "/etc/isthmus/agent.yaml")
            for (mode, number) in [(WireStepMode.check, 1), (.apply, 2)] {
                coordinator.service.send(.assign(id, script, mode: mode))
                let result = try await coordinator.service.heard.result(id, number)
                #expect(result.failed.permanent)
                #expect(result.failed.message.contains("/etc/isthmus/agent.yaml"))
                #expect(result.failed.remedy.contains("- scripted"))
            }
            #expect(script.runs.all.isEmpty)
            #expect(journal(in: folder).isEmpty)
            #expect(coordinator.service.heard.count { $0.accepted.executionID == id } == 0)
            await agent.stop()
        }
    }

    @Test func `a step that was interrupted under another policy ends by the new one`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let gate = Gate()
            let script = Script(behind: gate)
            let state = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(state)
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            await agent.stop()
            #expect(journal(in: folder) == ["\(id).intent"])

            let strict = try AgentUnderTest(state, policy: AgentPolicy(steps: ["hostname"]))
            let hello = try await coordinator.service.heard.hello(2)
            #expect(hello.unfinished == [id])
            coordinator.service.send(.assign(id, script))
            let result = try await coordinator.service.heard.result(id)
            #expect(result.failed.permanent)
            // Its receipt comes before what is answered next.
            coordinator.service.send(.assign("r-00000001.kube-seoul.scripted.2", script))
            _ = try await coordinator.service.heard.result("r-00000001.kube-seoul.scripted.2")
            #expect(journal(in: folder).isEmpty)
            #expect(script.runs.all.count == 1)
            await strict.stop()
        }
    }

    @Test func `health comes at the pace of the welcome`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.service.set { $0.healthInterval = 100 }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            let report = try await coordinator.service.heard.element(3) { $0.health.at > 0 }
            #expect(report.health.k3SUnit == "")
            await agent.stop()
        }
    }

    @Test func `a result is sent again with each link until its receipt`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.service.set { $0.acknowledges = false }
            let script = Script { _ throws(StepFailure) in [:] }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.result(id, 1)
            coordinator.service.endSession()
            _ = try await coordinator.service.heard.result(id, 2)
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.result(id, 3)
            #expect(script.runs.all.count == 1)
            #expect(journal(in: folder) == ["\(id).intent", "\(id).result"])
            await agent.stop()
        }
    }

    @Test func `a finished step does not run again after a restart of the agent`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.service.set { $0.acknowledges = false }
            let script = Script { _ throws(StepFailure) in [:] }
            let state = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(state)
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.result(id)
            await agent.stop()

            let restarted = try AgentUnderTest(state)
            #expect(try await coordinator.service.heard.hello(2).unfinished.isEmpty)
            _ = try await coordinator.service.heard.result(id, 2)
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.result(id, 3)
            #expect(script.runs.all.count == 1)
            await restarted.stop()
        }
    }

    @Test func `an interrupted step is named by the next hello and continued when asked`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let gate = Gate()
            let script = Script(behind: gate)
            let state = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(state)
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            await agent.stop()
            #expect(journal(in: folder) == ["\(id).intent"])

            let restarted = try AgentUnderTest(state)
            #expect(try await coordinator.service.heard.hello(2).unfinished == [id])
            gate.open()
            coordinator.service.send(.assign(id, script))
            #expect(try await coordinator.service.heard.result(id).changed.changes.isEmpty == false)
            #expect(script.runs.all.count == 2)
            await restarted.stop()
        }
    }

    @Test func `a step goes on while the coordinator restarts and is reported afterwards`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let gate = Gate()
            let script = Script(behind: gate)
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            await coordinator.stop()
            gate.open()
            try await coordinator.start()
            _ = try await coordinator.service.heard.result(id)
            #expect(script.runs.all.count == 1)
            await agent.stop()
        }
    }

    @Test func `a step that still runs after a coordinator's restart is not begun twice`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let gate = Gate()
            let script = Script(behind: gate)
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            await coordinator.stop()
            try await coordinator.start()
            #expect(try await coordinator.service.heard.hello(2).unfinished == [id])
            coordinator.service.send(.assign(id, script))
            gate.open()
            _ = try await coordinator.service.heard.result(id)
            #expect(script.runs.all.count == 1)
            await agent.stop()
        }
    }

    @Test func `a drained session is followed by another`() async throws {
        try await withCoordinator { coordinator, folder in
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.with { $0.drain = WireDrain() })
            _ = try await coordinator.service.heard.hello(2)
            await agent.stop()
        }
    }

    @Test func `a cancelled step says that it was`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script(behind: Gate())
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            coordinator.service.send(.with { $0.cancel.executionID = id })
            let result = try await coordinator.service.heard.result(id)
            #expect(result.failed.message == "cancelled by the coordinator")
            #expect(!result.failed.permanent)
            await agent.stop()
        }
    }

    @Test func `a check changes nothing and leaves no trace`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script { _ throws(StepFailure) in [:] }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script, mode: .check))
            let result = try await coordinator.service.heard.result(id)
            #expect(!result.changed.changes.isEmpty)
            #expect(script.runs.all.isEmpty)
            #expect(journal(in: folder).isEmpty)
            await agent.stop()
        }
    }

    @Test func `secrets go in and out and never to the disk`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.service.set { $0.acknowledges = false }
            let script = Script { context throws(StepFailure) in
                ["token": Secret((context.inputs["seed"]?.reveal() ?? []) + [0x21])]
            }
            let state = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(state)
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script, inputs: ["seed": Data("hush".utf8)]))
            let result = try await coordinator.service.heard.result(id)
            #expect(result.outputs["token"] == Data("hush!".utf8))
            #expect(journal(in: folder) == ["\(id).intent"])
            let intent = try Data(contentsOf: URL(filePath: "\(folder)/executions/\(id).intent"))
            #expect(!String(decoding: intent, as: UTF8.self).contains("hush"))
            await agent.stop()

            let restarted = try AgentUnderTest(state)
            #expect(try await coordinator.service.heard.hello(2).unfinished == [id])
            await restarted.stop()
        }
    }

    @Test func `what cannot be carried out is refused for good`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script { _ throws(StepFailure) in [:] }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            var unknown = WireCoordinatorMessage.assign(id, script)
            unknown.assignment.kind = "teleport"
            coordinator.service.send(unknown)
            let result = try await coordinator.service.heard.result(id)
            #expect(result.failed.message.contains("teleport"))
            #expect(result.failed.permanent)

            for malformed in ["../../etc/passwd", "r-1.x.y.1"] {
                var assignment = WireCoordinatorMessage.assign(malformed, script)
                assignment.assignment.stepID = "another.step"
                coordinator.service.send(assignment)
                let refusal = try await coordinator.service.heard.result(malformed)
                #expect(refusal.failed.permanent)
            }
            #expect(script.runs.all.isEmpty)
            await agent.stop()
        }
    }

    @Test func `a step does not begin where its intent cannot be written`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script { _ throws(StepFailure) in [:] }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            try FileManager.default.removeItem(atPath: "\(folder)/executions")
            try Data().write(to: URL(filePath: "\(folder)/executions"))
            coordinator.service.send(.assign(id, script))
            let result = try await coordinator.service.heard.result(id)
            #expect(result.failed.message.contains("journal cannot be written"))
            #expect(!result.failed.permanent)
            #expect(script.runs.all.isEmpty)
            await agent.stop()
        }
    }
}
