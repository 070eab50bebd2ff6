import Document
import Foundation
import Plan
import PlanFile
import Protocol
import SwiftProtobuf

/// A plan without problems, as it is sent.
struct PlanSubmission: Sendable {
    /// What it says.
    let plan: ClusterPlan
    /// Its text.
    let request: WireStartRolloutRequest

    /// Reads the file (`-`: standard input) and checks it here, before anyone is asked.
    static func read(_ file: String) throws(CommandFailure) -> PlanSubmission {
        let document = try PlanDocument.read(file)
        do {
            let plan = try document.plan()
            let request = WireStartRolloutRequest.with {
                $0.plan = Data(document.bytes)
                $0.fileName = file
            }
            return PlanSubmission(plan: plan, request: request)
        } catch {
            throw CommandFailure(
                "the plan has problems; nothing was begun.\n" + error.rendered(color: false),
                code: .usage
            )
        }
    }
}
