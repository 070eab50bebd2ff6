import Document
import Plan
import PlanFile

/// What a plan asks for that the last one that was rolled out did not, in one sentence.
struct PlanNews: Sendable {
    /// Differences that are told one by one.
    private static let told = 3

    private let last: RolledOutPlan

    /// Compares with a rollout's plan.
    init(since last: RolledOutPlan) {
        self.last = last
    }

    /// The sentence; nothing where there is no difference. A plan of another release, which this one
    /// cannot read, may or may not be another.
    func sentence(about plan: ClusterPlan) -> String? {
        let plan = PlanRequest.canonical(plan)
        guard plan.digest != last.digest else { return nil }
        guard let old = try? PlanFile.read(Array(last.plan.utf8), name: "plan", format: .json),
            let new = try? PlanFile.read(Array(plan.text.utf8), name: "plan", format: .json)
        else {
            return
                "the plan may differ from that of the last rollout, \(last.rollout), which another "
                + "release wrote"
        }
        let parts = Self.parts(of: PlanDiff(from: old, to: new))
        guard !parts.isEmpty else { return nil }
        let more = parts.count - Self.told
        return "the plan differs from that of the last rollout, \(last.rollout): "
            + parts.prefix(Self.told).joined(separator: "; ")
            + (more > 0 ? "; and in \(more) more" : "")
    }

    private static func parts(of diff: PlanDiff) -> [String] {
        var parts: [String] = []
        if !diff.added.isEmpty { parts.append("with \(list(diff.added))") }
        if !diff.removed.isEmpty { parts.append("without \(list(diff.removed))") }
        return parts
            + diff.differences.map { difference in
                let place = difference.host.map { host in
                    "\(host)\(difference.field.dropFirst("hosts[]".count))"
                }
                return "\(place ?? difference.field): \(shown(difference.before)) -> "
                    + shown(difference.after)
            }
    }

    private static func list(_ hosts: [HostID]) -> String {
        let more = hosts.count - told
        return hosts.prefix(told).map(\.description).joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "")
    }

    private static func shown(_ value: PlanValue?) -> String {
        switch value {
        case nil: "nothing"
        case .string(let text)?: Quotation.plain(text)
        case let value?: Quotation.plain(value.canonicalJSON())
        }
    }
}
