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

    /// Reads the file (`-`: standard input) and checks it here, before anyone is asked; where it has
    /// problems, says them on standard error and ends the command.
    static func read(_ file: String) throws -> PlanSubmission {
        let text = try PlanDocument.load(file, .text, closing: "Nothing was begun.")
        PlanReport(.text).tell(text.cautions)
        let request = WireStartRolloutRequest.with {
            $0.plan = Data(text.bytes)
            $0.fileName = file
        }
        return PlanSubmission(plan: text.plan, request: request)
    }
}
