import Document
import GRPCCore
import Plan
import PlanFile
import Protocol
import SwiftProtobuf

extension OperatorService {
    func checkPlan(
        request: WireCheckPlanRequest,
        context: ServerContext
    ) async throws -> WireCheckPlanResponse {
        let text = request.plan
        do throws(DocumentProblems) {
            let plan = try PlanText(
                [UInt8](text.plan),
                name: text.name,
                format: DocumentFormat(text.format)
            )
            return WireCheckPlanResponse(plan)
        } catch {
            return .with {
                $0.problems = error.problems.map(WirePlanProblem.init)
                $0.omitted = Int32(clamping: error.omitted)
            }
        }
    }

    func diffPlan(
        request: WireDiffPlanRequest,
        context: ServerContext
    ) async throws -> WireDiffPlanResponse {
        try await answering { () async throws(ServiceFailure) in
            let old = try request.old.read()
            let new = try request.new.read()
            return WireDiffPlanResponse(
                PlanDiff(from: old, to: new),
                old: PlanRequest.canonical(old).digest,
                new: PlanRequest.canonical(new).digest
            )
        }
    }
}

extension WirePlanText {
    fileprivate var name: String { fileName.isEmpty ? "plan" : fileName }

    /// The plan; every problem of its text where it has some.
    fileprivate func read() throws(ServiceFailure) -> ClusterPlan {
        do throws(DocumentProblems) {
            return try PlanFile.read([UInt8](plan), name: name, format: DocumentFormat(format))
        } catch {
            throw .start(.plan(error.rendered(color: false)))
        }
    }
}

extension WireCheckPlanResponse {
    fileprivate init(_ text: PlanText) {
        self.init()
        let explanation = text.explanation
        cautions = text.cautions.problems.map(WirePlanProblem.init)
        let canonical = PlanRequest.canonical(explanation.plan)
        digest = canonical.digest
        self.canonical = canonical.text
        explained = explanation.text()
        defaults = explanation.defaults.map { value in
            .with {
                $0.pointer = value.pointer.description
                $0.value = value.value.canonicalJSON()
                $0.reason = value.reason
            }
        }
    }
}

extension WirePlanProblem {
    fileprivate init(_ problem: DocumentProblem) {
        self.init()
        line = Int32(clamping: problem.line)
        column = Int32(clamping: problem.column)
        pointer = problem.pointer.description
        message = problem.message
        advice = problem.advice
        code = problem.complaint.kind.rawValue
        endColumn = Int32(clamping: problem.endColumn)
    }
}

extension WireDiffPlanResponse {
    fileprivate init(_ diff: PlanDiff, old: String, new: String) {
        self.init()
        oldDigest = old
        newDigest = new
        addedHosts = diff.added.map(\.description)
        removedHosts = diff.removed.map(\.description)
        differences = diff.differences.map { difference in
            .with {
                $0.pointer = difference.pointer.description
                $0.host = difference.host?.description ?? ""
                $0.before = difference.before?.canonicalJSON() ?? ""
                $0.after = difference.after?.canonicalJSON() ?? ""
            }
        }
        steps = diff.steps.map { step in
            .with {
                $0.host = step.host.description
                $0.kind = step.kind
                $0.because = step.because.map(\.description)
            }
        }
        cautions = diff.cautions.map { caution in
            .with {
                $0.pointer = caution.pointer.description
                $0.words = caution.words
            }
        }
    }
}
