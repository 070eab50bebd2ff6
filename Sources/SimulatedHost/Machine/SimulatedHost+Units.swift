public import Steps

// systemd, as far as K3s' units go.
extension SimulatedHost {
    /// What systemd says of a unit.
    public func unit(_ name: String) async throws(HostFailure) -> UnitState {
        guard let record = look({ $0.units[name] }) else {
            return UnitState(exists: false, enabled: false, active: "inactive", sub: "dead")
        }
        if name == Self.publicAddressUnit {
            return record.startedAt == nil
                ? UnitState(exists: true, enabled: record.enabled, active: "inactive", sub: "dead")
                : UnitState(exists: true, enabled: record.enabled, active: "active", sub: "exited")
        }
        let (active, sub) =
            switch try k3sPhase(of: name) {
            case .stopped: ("inactive", "dead")
            case .starting: ("activating", "start")
            case .crashing: ("activating", "auto-restart")
            case .running: ("active", "running")
            }
        return UnitState(exists: true, enabled: record.enabled, active: active, sub: sub)
    }

    /// Acts on a unit without waiting for it.
    public func perform(_ action: UnitAction, on unit: String) async throws(HostFailure) {
        guard let record = look({ $0.units[unit] }) else {
            throw HostFailure(.other, "Unit \(unit) not found.")
        }
        switch action {
        case .start where record.startedAt != nil: break
        case .start, .restart:
            guard unit == Self.publicAddressUnit else { return try startK3s(unit) }
            let now = internet.now()
            try change { $0.units[unit]?.startedAt = now }
        case .stop: try stopK3s(unit)
        case .enable: try change { $0.units[unit]?.enabled = true }
        }
    }

    /// The last lines of a unit's journal.
    public func journal(of unit: String, lines: Int) async throws(HostFailure) -> [String] {
        if unit != Self.publicAddressUnit { _ = try k3sPhase(of: unit) }
        return look { Array($0.units[unit]?.journal.suffix(max(0, lines)) ?? []) }
    }
}
