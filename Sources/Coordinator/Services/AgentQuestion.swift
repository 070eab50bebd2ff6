import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine
import Steps
import SwiftProtobuf

/// One query put to one agent, apart from all rollouts. It leaves nothing in a journal here: what
/// comes back is often a secret, and goes to who asked alone.
struct AgentQuestion: Sendable {
    /// The way to the agents.
    let registry: NodeRegistry
    /// Where their answers arrive.
    let mailbox: CheckMailbox

    /// Milliseconds that an answer may take.
    private static let limit: Int64 = 20_000

    /// Asks.
    ///
    /// - Throws: `ServiceFailure.step` where the agent is away, refuses, fails or is silent.
    func ask(_ query: some Query, of node: HostID) async throws(ServiceFailure) -> StepOutputs {
        let random = RolloutID(random: .random(in: 0 ... .max))
        let execution = ExecutionID(
            rollout: random,
            step: StepID("\(node).\(type(of: query).kind).\(random)"),
            attempt: 1
        )
        let assignment: WireStepAssignment
        do {
            let parameters = Data(try StepCatalog.encode(query))
            assignment = .with {
                $0.executionID = execution.description
                $0.stepID = execution.parts?.step.description ?? ""
                $0.kind = type(of: query).kind
                $0.parameters = parameters
                $0.mode = .apply
                $0.timeout = Self.limit
            }
        } catch {
            throw .step(node, StepFailure("the question cannot be written: \(error)"))
        }
        let report = await report(on: execution, assignment, from: node)
        switch report.outcome {
        case .unchanged, .changed: return report.outputs
        case .failed(let failure): throw .step(node, failure)
        }
    }

    private func report(
        on execution: ExecutionID,
        _ assignment: WireStepAssignment,
        from node: HostID
    ) async -> StepReport {
        let late = StepFailure("the agent did not answer within \(Self.limit / 1000) s")
        let answers = mailbox.expect(execution, from: node)
        let timer = Task {
            guard (try? await Task.sleep(for: .milliseconds(Self.limit))) != nil else { return }
            mailbox.fail(execution, of: node, because: late)
        }
        defer {
            timer.cancel()
            mailbox.fail(execution, of: node, because: late)
        }
        guard registry.send(.with { $0.assignment = assignment }, to: node) else {
            return StepReport(
                of: execution,
                failed: StepFailure(
                    "its agent is not connected",
                    remedy: "Look at it there: systemctl status isthmus-agent"
                )
            )
        }
        for await answer in answers { return answer }
        registry.send(.cancel(execution), to: node)
        return StepReport(of: execution, failed: late)
    }
}
