/// One attempt at one step of one rollout, as the coordinator names it:
/// `<rollout>.<step>.<attempt>`. Its text is also a file's name in the journal, so it holds nothing
/// but `a-z`, `0-9`, `-` and `.`, begins with a letter or digit, and is at most 200 bytes long.
package struct ExecutionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest text, so that a file's name with its suffix stays under the usual 255.
    static let longest = 200

    /// The whole text.
    package let description: String
    /// The rollout that it is part of.
    let rollout: String
    /// The step's key.
    package let step: String
    /// Counts from 1; 0 where the step is only looked at, before its turn.
    let attempt: Int

    /// Nothing where the text is none.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy(Self.isAllowed) else {
            return nil
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty && $0.first != "-" }),
            let first = parts.first, let last = parts.last, let attempt = Int(last), attempt >= 0
        else { return nil }
        description = text
        rollout = String(first)
        step = parts.dropFirst().dropLast().joined(separator: ".")
        self.attempt = attempt
    }

    /// Orders by rollout, step and attempt.
    package static func < (left: ExecutionID, right: ExecutionID) -> Bool {
        (left.rollout, left.step, left.attempt) < (right.rollout, right.step, right.attempt)
    }

    /// Whether the coordinator has since made a newer attempt at the same step.
    func isSuperseded(by other: ExecutionID) -> Bool {
        rollout == other.rollout && step == other.step && attempt < other.attempt
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
