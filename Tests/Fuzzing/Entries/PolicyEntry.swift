import Document
import Plan
import Steps

@testable import Agent

/// A policy that anyone may have written: `/etc/isthmus/agent.yaml`.
enum PolicyEntry {
    static func run(_ bytes: [UInt8]) {
        do throws(DocumentProblems) {
            let policy = try PolicyDecoder.decode(bytes, file: "agent.yaml")
            precondition(!policy.summary.isEmpty)
            let kinds = policy.allowedKinds + policy.refusedKinds
            precondition(Set(kinds) == Set(StepCatalog.kinds.map { $0.kind }))
            precondition(kinds.count == Set(kinds).count)
        } catch {
            precondition(!error.rendered(color: false).isEmpty)
        }
    }
}
