/// One value that two plans do not share.
public struct PlanDifference: Sendable, Equatable {
    /// Where it stands: in the old plan where it is removed, else in the new one.
    public let pointer: PlanPointer
    /// The field it belongs to, as `PlanField` names it, without `[]` at its end.
    public let field: String
    /// The host that it is about; nothing for settings of the whole cluster.
    public let host: HostID?
    /// What it was; nothing where it is added.
    public let before: PlanValue?
    /// What it becomes; nothing where it is removed.
    public let after: PlanValue?

    /// The values inside two values that are not the same. Objects are compared by name; lists, for
    /// their order may count, as a whole.
    static func between(
        _ before: PlanValue?,
        _ after: PlanValue?,
        at pointer: PlanPointer,
        field: String,
        host: HostID?
    ) -> [PlanDifference] {
        guard before != after else { return [] }
        if case .object(let old)? = before, case .object(let new)? = after {
            let keys = old.map(\.key) + new.map(\.key).filter { key in !old.hasKey(key) }
            return keys.flatMap { key in
                between(
                    old.value(of: key),
                    new.value(of: key),
                    at: pointer.key(key),
                    field: field.isEmpty ? key : field + "." + key,
                    host: host
                )
            }
        }
        return [
            PlanDifference(
                pointer: pointer,
                field: field,
                host: host,
                before: before,
                after: after
            )
        ]
    }
}

extension [PlanValue.Member] {
    fileprivate func value(of key: String) -> PlanValue? {
        first { $0.key == key }?.value
    }

    fileprivate func hasKey(_ key: String) -> Bool {
        contains { $0.key == key }
    }
}
