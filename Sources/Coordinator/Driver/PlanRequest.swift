import Document
import Foundation
import Plan
import PlanFile
import Protocol
import Trust

/// A plan as an operator sent it.
struct PlanRequest: Sendable {
    private let bytes: [UInt8]
    private let name: String
    private let format: DocumentFormat?

    /// Takes the text over.
    init(_ request: WireStartRolloutRequest) {
        bytes = [UInt8](request.plan)
        name = request.fileName.isEmpty ? "plan" : request.fileName
        format = DocumentFormat(request.format)
    }

    /// The plan, with every default filled in.
    ///
    /// - Throws: `StartRefusal.plan` with every problem, its place in the text, and what to write.
    func read() throws(StartRefusal) -> ClusterPlan {
        do {
            return try PlanFile.read(bytes, name: name, format: format)
        } catch {
            throw .plan(error.rendered(color: false))
        }
    }

    /// The one text that equal plans share, and its name.
    static func canonical(_ plan: ClusterPlan) -> (text: String, digest: String) {
        let text = plan.canonicalJSON()
        return (text, SHA256.hex(Array(text.utf8)))
    }
}

extension DocumentFormat {
    /// Nothing where the name, or the text, shall choose it.
    init?(_ format: WirePlanFormat) {
        switch format {
        case .json: self = .json
        case .yaml: self = .yaml
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
