import Foundation
import Testing

/// What agents say of the executions that they ran: `step began` and `step ended` in their logs.
struct Executions {
    private let logs: [String]

    /// Reads the logs of agents.
    init(of agents: [Program]) {
        logs = agents.map(\.complaint)
    }

    /// An execution that ended is never begun again, and no step that came to a good end is applied
    /// under another attempt's number.
    func expectNoneFinishedRanAgain() {
        var ended: Set<String> = []
        var good: Set<Substring> = []
        var began = 0
        for line in logs.joined(separator: "\n").split(separator: "\n") {
            guard let execution = Self.value(of: "execution", in: line) else { continue }
            let step = execution.prefix(upTo: execution.lastIndex(of: ".") ?? execution.endIndex)
            if line.contains("step began") {
                began += 1
                #expect(!ended.contains(String(execution)), "\(execution) ran twice")
                #expect(!good.contains(step), "\(step) was done and ran again")
            } else if line.contains("step ended") {
                ended.insert(String(execution))
                let outcome = Self.value(of: "outcome", in: line) ?? ""
                if outcome.hasPrefix("changed") || outcome.hasPrefix("unchanged") {
                    good.insert(step)
                }
            }
        }
        #expect(began > 0, "the agents' logs tell of no execution")
        #expect(!good.isEmpty, "the agents' logs tell of no good end")
    }

    private static func value(of key: String, in line: Substring) -> Substring? {
        guard let start = line.range(of: key + "=")?.upperBound else { return nil }
        return line[start...].prefix { $0 != " " }.trimmingPrefix("\"").prefix { $0 != "\"" }
    }
}
