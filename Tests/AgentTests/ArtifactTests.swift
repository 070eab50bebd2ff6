import GRPCCore
import Plan
import Protocol
import Steps
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(4))) struct ArtifactTests {
    let id = "r-00000001.kube-seoul.scripted.1"

    @Test func `a transfer that breaks off goes on from where it was`() async throws {
        try await withCoordinator { coordinator, folder in
            let received = Recorder<[UInt8]>()
            let script = fetching("abc", into: received)
            coordinator.service.set {
                $0.artifact = { _, number in
                    switch number {
                    case 1:
                        .init(
                            chunks: [[1, 2, 3], [4]],
                            failure: RPCError(code: .unavailable, message: "cut")
                        )
                    case 2: .init(failure: RPCError(code: .unavailable, message: "cut again"))
                    default: .init(chunks: [[5, 6]])
                    }
                }
            }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await coordinator.service.heard.result(id)
            #expect(received.all.flatMap { $0 } == [1, 2, 3, 4, 5, 6])
            #expect(coordinator.service.fetches.all.map(\.offset) == [0, 4, 4])
            #expect(coordinator.service.fetches.all.map(\.sha256) == ["abc", "abc", "abc"])
            await agent.stop()
        }
    }

    @Test func `an artifact that the coordinator has not is a failure at once`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = fetching("abc", into: Recorder())
            coordinator.service.set {
                $0.artifact = { _, _ in
                    .init(failure: RPCError(code: .notFound, message: "never seen"))
                }
            }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            let failed = try await coordinator.service.heard.result(id).failed
            #expect(failed.message.contains("the coordinator has no artifact with sha256 abc"))
            #expect(failed.details == ["never seen"])
            #expect(coordinator.service.fetches.all.count == 1)
            await agent.stop()
        }
    }

    @Test func `what the receiver throws ends the transfer`() async throws {
        try await withCoordinator { coordinator, folder in
            let script = Script { context throws(StepFailure) in
                do throws(HostFailure) {
                    try await context.artifacts.fetch(sha256: "abc", from: 0) {
                        _ throws(HostFailure) in
                        throw HostFailure(.diskFull, "no space left")
                    }
                } catch {
                    throw StepFailure("\(error.code): \(error.message)")
                }
                return [:]
            }
            coordinator.service.set { $0.artifact = { _, _ in .init(chunks: [[1], [2]]) } }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            let failed = try await coordinator.service.heard.result(id).failed
            #expect(failed.message == "diskFull: no space left")
            await agent.stop()
        }
    }

    @Test func `a transfer waits for a coordinator that is away`() async throws {
        try await withCoordinator { coordinator, folder in
            let received = Recorder<[UInt8]>()
            let gate = Gate()
            let script = Script { context throws(StepFailure) in
                await gate.pass()
                return try await Self.fetch("abc", from: context, into: received)
            }
            coordinator.service.set {
                $0.artifact = { request, _ in .init(chunks: request.offset == 0 ? [[7]] : []) }
            }
            let agent = try AgentUnderTest(coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            coordinator.service.send(.assign(id, script))
            _ = try await script.runs.element { _ in true }
            await coordinator.stop()
            gate.open()
            try await coordinator.start()
            _ = try await coordinator.service.heard.result(id)
            #expect(received.all == [[7]])
            await agent.stop()
        }
    }

    private func fetching(_ sha256: String, into received: Recorder<[UInt8]>) -> Script {
        Script { context throws(StepFailure) in
            try await Self.fetch(sha256, from: context, into: received)
        }
    }

    private static func fetch(
        _ sha256: String,
        from context: StepContext,
        into received: Recorder<[UInt8]>
    ) async throws(StepFailure) -> StepOutputs {
        do throws(HostFailure) {
            try await context.artifacts.fetch(sha256: sha256, from: 0) {
                bytes throws(HostFailure) in
                received.append(bytes)
            }
        } catch {
            throw StepFailure(error.message, details: error.details)
        }
        return [:]
    }
}
