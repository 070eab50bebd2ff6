import Foundation
import Plan
import Protocol
import Steps
import Trust

/// Everything that a dry run found. Its digest names the plan together with what was found, so that a
/// rollout can be held to what an operator was shown.
struct DryRunFindings: Sendable, Equatable, Codable {
    /// What was found of one step.
    struct Finding: Sendable, Equatable, Codable {
        /// The step's id.
        var step: String
        /// Whether it would change something.
        var wouldChange: Bool
        /// What; empty also where that is not known before earlier steps are done.
        var changes: [Change]
    }

    /// The digest of the canonical plan.
    var plan: String
    /// In the plan's order.
    var findings: [Finding]

    /// JSON, the same for equal findings.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// SHA-256 of the JSON, in lower-case hexadecimal.
    func digest() throws -> String { SHA256.hex(try encoded()) }

    /// What is otherwise now than an operator has approved: sentences; none where nothing is.
    func differences(from shown: DryRunFindings) -> [String] {
        let before = Dictionary(shown.findings.map { ($0.step, $0) }) { first, _ in first }
        return findings.flatMap { finding -> [String] in
            guard let old = before[finding.step], old != finding else { return [] }
            return ["\(finding.step): \(old.words), and now \(finding.words)"]
                + finding.changes.filter { !old.changes.contains($0) }
                .flatMap { $0.rendered() }.map { "    " + $0 }
        }
    }
}

extension DryRunFindings.Finding {
    fileprivate var words: String {
        guard wouldChange else { return "nothing to change" }
        return switch changes.count {
        case 0: "something that earlier steps decide"
        case 1: "1 change"
        default: "\(changes.count) changes"
        }
    }
}
