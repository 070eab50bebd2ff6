import Plan
import Protocol
import SimulatedHost
import Steps
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(4))) struct StepExecutionTests {
    @Test func `a step that does not end is cut off and says what it was at`() async throws {
        let script = Script(behind: Gate())
        let result = try await run(script, timeout: 50)
        #expect(result.failed.message == "the step did not end within 0 s")
        #expect(result.failed.details == ["the step was cancelled"])
        #expect(!result.failed.permanent)
    }

    @Test func `a step that is cut off before it was verified has not ended well`() async throws {
        let script = Script { _ throws(StepFailure) in
            try? await Task.sleep(for: .seconds(60))
            return [:]
        }
        let result = try await run(script, timeout: 50)
        #expect(result.failed.message == "the step did not end within 0 s")
    }

    @Test func `a failure keeps its words and its remedy`() async throws {
        let script = Script { _ throws(StepFailure) in
            throw StepFailure("no\nroom", details: ["a", "b"], remedy: "buy", isPermanent: true)
        }
        let failed = try await run(script, timeout: 60_000).failed
        #expect(failed.message == "no room")
        #expect(failed.details == ["a", "b"])
        #expect(failed.remedy == "buy")
        #expect(failed.permanent)
    }

    private func run(_ script: Script, timeout: Int64) async throws -> WireStepResult {
        let host = try SimulatedHost(id: "a", internet: SimulatedInternet())
        let execution = StepExecution(
            host: host,
            artifacts: CoordinatorArtifactSource(CoordinatorConnection()),
            decode: Script.decode(kind:parameters:),
            grace: 0
        )
        guard
            case .assignment(var assignment)? =
                WireCoordinatorMessage
                .assign("r-1.a.scripted.1", script).message
        else { preconditionFailure("it is an assignment") }
        assignment.timeout = timeout
        return await execution.run(assignment) { _ in }
    }
}
