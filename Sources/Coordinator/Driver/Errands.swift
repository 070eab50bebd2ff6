import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine
import Steps
import SwiftProtobuf

/// Sends agents on errands: one question, one answer, no trace.
struct Errands: Sendable {
    /// The way to the agents.
    let registry: NodeRegistry
    /// Where their answers arrive.
    let mailbox: CheckMailbox

    /// Milliseconds beyond its time in which the agent may say why it took so long.
    private static let overrun: Int64 = 15_000

    /// Does an errand on a machine.
    ///
    /// - Parameters:
    ///   - errand: What is asked.
    ///   - host: Whose agent is asked.
    ///   - timeout: Milliseconds it may take.
    /// - Returns: What the agent brought.
    /// - Throws: Why it brought nothing.
    func run<Kind: Errand>(
        _ errand: Kind,
        on host: HostID,
        timeout: Int64 = 60_000
    ) async throws(AccessProblem) -> Secret {
        try demand(Kind.kind, on: host)
        let id = RolloutID(random: .random(in: 0 ... .max))
        let step = StepID("\(host).\(Kind.kind)")
        let execution = ExecutionID(rollout: id, step: step, attempt: 1)
        let parameters = (try? ErrandCatalog.encode(errand)) ?? []
        let assignment = WireStepAssignment.with {
            $0.executionID = execution.description
            $0.stepID = step.description
            $0.kind = Kind.kind
            $0.parameters = Data(parameters)
            $0.mode = .errand
            $0.timeout = timeout
        }
        return try await answer(to: assignment, execution, host, timeout)
    }

    private func answer(
        to assignment: WireStepAssignment,
        _ execution: ExecutionID,
        _ host: HostID,
        _ timeout: Int64
    ) async throws(AccessProblem) -> Secret {
        let gone = StepFailure("the agent of \(host) did not answer in time")
        let answers = mailbox.expect(execution, from: host)
        let observation = registry.observe { [mailbox] change in
            guard case .disconnected(host) = change else { return }
            let problem = StepFailure("the agent of \(host) went away")
            mailbox.fail(execution, of: host, because: problem)
        }
        let timer = Task {
            let delay = Duration.milliseconds(timeout + Self.overrun)
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            mailbox.fail(execution, of: host, because: gone)
        }
        defer {
            timer.cancel()
            registry.stopObserving(observation)
            mailbox.fail(execution, of: host, because: gone)
        }
        guard registry.send(.with { $0.assignment = assignment }, to: host) else {
            throw Self.away(host)
        }
        for await answer in answers { return try Self.brought(answer, by: host) }
        registry.send(.cancel(execution), to: host)
        throw Self.problem(gone, host)
    }

    private func demand(_ kind: String, on host: HostID) throws(AccessProblem) {
        guard let session = registry.sessions[host] else { throw Self.away(host) }
        guard !session.stepKinds.contains(kind) else { return }
        if session.refusedKinds.contains(kind) {
            throw AccessProblem(
                "\(host): the server's own policy, \(session.policyFile), does not allow \"\(kind)\"",
                advice:
                    "If its owner agrees: add it there under \"steps\", and run systemctl restart "
                    + "isthmus-agent."
            )
        }
        throw AccessProblem(
            "\(host): its agent does not know \"\(kind)\"",
            advice: "Upgrade it: apt install isthmus-agent"
        )
    }

    private static func away(_ host: HostID) -> AccessProblem {
        AccessProblem(
            "\(host) is not connected",
            advice: "Look at it there: systemctl status isthmus-agent"
        )
    }

    private static func problem(_ failure: StepFailure, _ host: HostID) -> AccessProblem {
        let details = failure.details.map { "\n  \($0)" }.joined()
        return AccessProblem("\(host): \(failure.message)\(details)", advice: failure.remedy)
    }

    private static func brought(
        _ answer: StepReport,
        by host: HostID
    ) throws(AccessProblem) -> Secret {
        if case .failed(let failure) = answer.outcome { throw problem(failure, host) }
        guard let brought = answer.outputs[ErrandCatalog.answer] else {
            throw AccessProblem(
                "\(host): its agent brought no answer",
                advice: "Upgrade it: apt install isthmus-agent"
            )
        }
        return brought
    }
}
