/// What a rollout of one plan would do after a rollout of another. Hosts are the same where their
/// ids are; their order in the plan counts for nothing.
public struct PlanDiff: Sendable, Equatable {
    /// Hosts of the new plan alone, in its order.
    public let added: [HostID]
    /// Hosts of the old plan alone, in its order. A rollout never touches them.
    public let removed: [HostID]
    /// Values that differ: those of the cluster, then those of each host that is in both plans.
    public let differences: [PlanDifference]
    /// Steps that have something to do because of the differences, in the new plan's order of hosts
    /// and a rollout's order of steps.
    public let steps: [AffectedStep]
    /// What a rollout will not do by itself, and what to do instead.
    public let cautions: [PlanCaution]

    /// Compares two plans.
    public init(from old: ClusterPlan, to new: ClusterPlan) {
        let places = old.hosts.places
        let kept = new.hosts.places
        added = new.hosts.map(\.id).filter { places[$0] == nil }
        removed = old.hosts.map(\.id).filter { kept[$0] == nil }
        let differences = Self.settings(old, new) + Self.hosts(old, new, places)
        self.differences = differences
        steps = PlanEffects(from: old, to: new, added: added, removed: removed)
            .steps(for: differences)
        cautions =
            removed.compactMap { id in
                places[id].map { PlanCaution(removing: old.hosts[$0], at: $0) }
            } + differences.compactMap { PlanCaution(about: $0, in: new) }
    }

    /// Whether a rollout of the new plan does nothing that one of the old would not.
    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && differences.isEmpty }

    /// Hosts of both plans that have a difference of their own, in the new plan's order.
    public var changed: [HostID] {
        var seen: Set<HostID> = []
        return differences.compactMap(\.host).filter { seen.insert($0).inserted }
    }

    private static func settings(_ old: ClusterPlan, _ new: ClusterPlan) -> [PlanDifference] {
        PlanDifference.between(
            old.value.withoutHosts,
            new.value.withoutHosts,
            at: .root,
            field: "",
            host: nil
        )
    }

    private static func hosts(
        _ old: ClusterPlan,
        _ new: ClusterPlan,
        _ places: [HostID: Int]
    ) -> [PlanDifference] {
        let (before, after) = (old.value.hosts, new.value.hosts)
        return new.hosts.enumerated().flatMap { index, host -> [PlanDifference] in
            guard let place = places[host.id] else { return [] }
            return PlanDifference.between(
                before[place],
                after[index],
                at: PlanPointer(["hosts"]).index(index),
                field: "hosts[]",
                host: host.id
            )
        }
    }
}

/// A step of a rollout that has something to do because two plans differ.
public struct AffectedStep: Sendable, Equatable {
    /// The host that it is about.
    public let host: HostID
    /// The kind's name.
    public let kind: String
    /// The differences that it carries out; for a host that is new, the host itself.
    public let because: [PlanPointer]
}

extension [PlannedHost] {
    /// Where each host stands.
    fileprivate var places: [HostID: Int] {
        Dictionary(enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension PlanValue {
    fileprivate var withoutHosts: PlanValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.key != "hosts" })
    }

    fileprivate var hosts: [PlanValue] {
        guard case .object(let members) = self,
            case .list(let hosts)? = members.first(where: { $0.key == "hosts" })?.value
        else { return [] }
        return hosts
    }
}
