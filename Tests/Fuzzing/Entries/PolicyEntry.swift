import Document
import Plan

@testable import Agent

/// A policy that anyone may have written: `/etc/isthmus/agent.yaml`.
enum PolicyEntry {
    static func run(_ bytes: [UInt8]) {
        do throws(DocumentProblems) {
            let policy = try PolicyDecoder.decode(bytes, file: "agent.yaml")
            precondition(!policy.summary.isEmpty)
            let kinds = policy.allowedKinds + policy.refusedKinds
            precondition(Set(kinds) == Set(AgentPolicy.kinds))
            precondition(kinds.count == Set(kinds).count)
        } catch {
            precondition(!error.rendered(color: false).isEmpty)
        }
    }
}
