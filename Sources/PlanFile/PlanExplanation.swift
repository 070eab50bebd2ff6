public import Plan

/// A plan with every default written out and the reason behind each.
public struct PlanExplanation: Sendable {
    /// The plan.
    public let plan: ClusterPlan
    /// The values that the plan's text leaves open, in the order of the documentation.
    public let defaults: [Default]

    /// A value that the plan's text leaves open.
    public struct Default: Sendable, Equatable {
        /// Where it would stand.
        public let pointer: PlanPointer
        /// What it is all the same.
        public let value: PlanValue
        /// Why.
        public let reason: String
    }

    /// Compares the plan with what its text says.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - isStated: Whether the text has a value at a pointer.
    init(_ plan: ClusterPlan, isStated: (PlanPointer) -> Bool) {
        self.plan = plan
        defaults = PlanWalk.leaves(of: plan.value).compactMap { leaf in
            guard !isStated(leaf.pointer),
                case .value(_, let reason)? = PlanField.at(leaf.path)?.absence
            else { return nil }
            return Default(pointer: leaf.pointer, value: leaf.value, reason: reason)
        }
    }

    /// The plan as YAML with a comment behind each default; read again, it is the same plan.
    public func text() -> String {
        let reasons = Dictionary(
            defaults.map { ($0.pointer, $0.reason) },
            uniquingKeysWith: { first, _ in first }
        )
        return YAMLWriter(comments: reasons.mapValues { "default: " + $0 }).text(of: plan.value)
    }
}

/// Visits the values of a plan that have no values inside them.
enum PlanWalk {
    struct Leaf {
        let pointer: PlanPointer
        /// The place in the catalogue of fields.
        let path: String
        let value: PlanValue
    }

    static func leaves(
        of value: PlanValue,
        at pointer: PlanPointer = .root,
        path: String = ""
    ) -> [Leaf] {
        switch value {
        case .object(let members) where !members.isEmpty:
            members.flatMap { member in
                let step = PlanField.keys(of: path) == ["*"] ? "*" : member.key
                return leaves(
                    of: member.value,
                    at: pointer.key(member.key),
                    path: path.isEmpty ? step : path + "." + step
                )
            }
        case .list(let values) where values.contains { !$0.isText }:
            values.enumerated().flatMap { index, value in
                leaves(of: value, at: pointer.index(index), path: path + "[]")
            }
        case .object:
            [Leaf(pointer: pointer, path: path + ".*", value: value)]
        case .list:
            [Leaf(pointer: pointer, path: path + "[]", value: value)]
        case .string, .integer, .boolean:
            [Leaf(pointer: pointer, path: path, value: value)]
        }
    }
}

extension PlanValue {
    /// Whether this is a text.
    var isText: Bool {
        if case .string = self { true } else { false }
    }
}
