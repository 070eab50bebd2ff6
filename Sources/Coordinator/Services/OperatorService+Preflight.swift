import Document
import GRPCCore
import Plan
import PlanFile
import Preflight
import Protocol
import SwiftProtobuf

extension OperatorService {
    func preflight(
        request: WirePreflightRequest,
        response: RPCWriter<WirePreflightEvent>,
        context: ServerContext
    ) async throws {
        let plan = try await answering { () async throws(ServiceFailure) in
            do throws(StartRefusal) {
                let plan = try PlanRequest(WireStartRolloutRequest(request.plan)).read()
                try await preparation.demandHosts(of: plan)
                return plan
            } catch {
                throw .start(error)
            }
        }
        var run = preflight(of: plan)
        run.isHostsOnly = request.hostsOnly
        _ = try await run.run { try await response.write($0) }
    }

    /// The first phase of a rollout: fails where anything was found that the plan does not ignore.
    func demandPreflight(of plan: ClusterPlan) async throws(StartRefusal) {
        let outcome = await preflight(of: plan).run { _ in }
        events.note(.preflight(outcome, at: now()))
        guard outcome.failures.isEmpty else { throw .preflight(outcome.failures) }
    }

    private func preflight(of plan: ClusterPlan) -> PreflightRun {
        PreflightRun(plan: plan, registry: registry, questions: questions) { [paths, now] in
            paths.note($0, at: now())
        }
    }
}

extension WireStartRolloutRequest {
    /// A plan's text, to be read as a rollout's is.
    fileprivate init(_ text: WirePlanText) {
        self.init()
        plan = text.plan
        format = text.format
        fileName = text.fileName
    }
}

extension ClusterEvent {
    /// How a rollout's first look went, and what of it the plan says may be.
    static func preflight(_ outcome: PreflightOutcome, at: Int64) -> ClusterEvent {
        let tally = outcome.tally
        func names(_ findings: [Finding]) -> String {
            let words = findings.map { "\($0.check.rawValue) on \($0.host)" }
            let more = words.count - 10
            return words.prefix(10).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        }
        var words =
            outcome.failures.isEmpty
            ? "the hosts were looked at: \(tally.passed) checks passed, \(tally.warnings) warn"
            : "a rollout did not begin: \(names(outcome.failures)) failed"
        if !outcome.ignored.isEmpty {
            words += "; the plan ignores \(names(outcome.ignored))"
        }
        return ClusterEvent(
            kind: outcome.failures.isEmpty ? .preflightPassed : .preflightFailed,
            words: words,
            at: at
        )
    }
}
