import Plan

/// The difference between two plans, for people and for programs.
struct PlanDiffReport: Sendable {
    private let diff: PlanDiff
    private let old: String
    private let new: String

    /// Takes a difference and the digests of its plans.
    init(_ diff: PlanDiff, old: String, new: String) {
        self.diff = diff
        self.old = old
        self.new = new
    }

    /// For people: the sum, hosts and values, steps with their reasons, cautions.
    var lines: [String] {
        guard !diff.isEmpty else {
            return [
                old == new
                    ? "The two plans ask for the same; digest \(new)."
                    : "The two plans ask for the same, in another order of hosts; a rollout has "
                        + "nothing new to do.",
                "Digest: \(old) -> \(new)",
            ].dropLast(old == new ? 1 : 0)
        }
        return [sum, "Digest: \(old) -> \(new)", ""] + hosts + values + steps + cautions
    }

    /// For programs.
    var json: PlanValue {
        .object([
            .init("old", .string(old)),
            .init("new", .string(new)),
            .init("added", .list(diff.added.map(\.asData))),
            .init("removed", .list(diff.removed.map(\.asData))),
            .init("changed", .list(diff.changed.map(\.asData))),
            .init("differences", .list(diff.differences.map(\.asData))),
            .init("steps", .list(diff.steps.map(\.asData))),
            .init("cautions", .list(diff.cautions.map(\.asData))),
        ])
    }

    private var sum: String {
        let counts = [
            (diff.added.count, "added"), (diff.removed.count, "removed"),
            (diff.changed.count, "changed"),
        ]
        let hosts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let values = diff.differences.count
        return "Hosts: \(hosts.isEmpty ? "the same" : hosts). "
            + "Values that differ: \(values)."
    }

    private var hosts: [String] {
        diff.added.map { "+ host \($0)" } + diff.removed.map { "- host \($0)" }
    }

    private var values: [String] {
        diff.differences.map { difference in
            let host = difference.host.map { " (\($0))" } ?? ""
            return "~ \(Quotation.plain(difference.pointer.description, limit: 240))\(host): "
                + "\(Self.shown(difference.before)) -> \(Self.shown(difference.after))"
        }
    }

    private var steps: [String] {
        guard !diff.steps.isEmpty else {
            return ["", "No step of a rollout has anything new to do."]
        }
        var table = TextTable([("HOST", .left), ("STEP", .left), ("BECAUSE OF", .left)])
        for step in diff.steps {
            table.append([
                step.host.description, step.kind,
                step.because.map { Quotation.plain($0.description, limit: 240) }
                    .joined(separator: ", "),
            ])
        }
        return ["", "Steps that have something to do:"] + table.lines().map { "  " + $0 }
    }

    private var cautions: [String] {
        guard !diff.cautions.isEmpty else { return [] }
        return ["", "What a rollout will not do by itself:"]
            + diff.cautions.map {
                "  \(Quotation.plain($0.pointer.description, limit: 240)): \($0.words)"
            }
    }

    private static func shown(_ value: PlanValue?) -> String {
        guard let value else { return "nothing" }
        if case .string(let text) = value { return Quotation.plain(text, limit: 240) }
        return Quotation.plain(value.canonicalJSON(), limit: 240)
    }
}

extension HostID {
    fileprivate var asData: PlanValue { .string(description) }
}

extension PlanDifference {
    /// A value that is added has no `before`; one that is removed has no `after`.
    fileprivate var asData: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("pointer", .string(pointer.description)),
            host.map { .init("host", .string($0.description)) },
            before.map { .init("before", $0) },
            after.map { .init("after", $0) },
        ]
        return .object(members.compactMap(\.self))
    }
}

extension AffectedStep {
    fileprivate var asData: PlanValue {
        .object([
            .init("host", .string(host.description)),
            .init("kind", .string(kind)),
            .init("because", .list(because.map { .string($0.description) })),
        ])
    }
}

extension PlanCaution {
    fileprivate var asData: PlanValue {
        .object([
            .init("pointer", .string(pointer.description)),
            .init("words", .string(words)),
        ])
    }
}
