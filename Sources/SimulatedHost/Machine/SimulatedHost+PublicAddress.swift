import Steps

// The one unit beside K3s' that steps write.
extension SimulatedHost {
    static let publicAddressUnit = "isthmus-public-address.service"

    /// Whether the machine has its public address on an interface of its own.
    var holdsPublicAddress: Bool {
        look { $0.units[Self.publicAddressUnit]?.startedAt } != nil
    }

    /// `daemon-reload`: systemd reads the unit's file.
    func systemctl(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        guard arguments == ["daemon-reload"] else { throw Self.notSimulated(command) }
        let unit = Self.publicAddressUnit
        guard try files.read("/etc/systemd/system/\(unit)") != nil else {
            return CommandResult(status: 0)
        }
        try change { $0.units[unit] = $0.units[unit] ?? UnitRecord() }
        return CommandResult(status: 0)
    }
}
