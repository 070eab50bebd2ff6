import Plan

extension HostChecks {
    /// What names the host among the others.
    func identity(
        _ host: PlannedHost,
        _ seen: HostObservation,
        among sights: [HostID: Sight]
    ) -> [Finding] {
        let others = sights.filter { $0.key != host.id }.compactMapValues(\.observation)
        func twin(
            _ check: PreflightCheck,
            _ value: KeyPath<HostObservation, String>,
            otherwise verdict: Verdict
        ) -> Finding {
            let own = seen[keyPath: value]
            guard !own.isEmpty else { return .unseen(check, on: host.id) }
            let same = others.filter { $0.value[keyPath: value] == own }.map(\.key).sorted()
            return .judge(
                check,
                on: host.id,
                same.isEmpty,
                same.isEmpty
                    ? own : "\(own) is also that of \(Amount.list(same.map(\.description)))",
                otherwise: verdict,
                remedy: CheckDescription.remedy(check)
            )
        }
        return [
            twin(.duplicateHostname, \.hostname, otherwise: .warning),
            twin(.duplicateMachineID, \.machineID, otherwise: .failed),
            twin(.duplicateProductUUID, \.productUUID, otherwise: .warning),
            duplicateAddress(host, among: others),
        ]
    }

    /// Whether another machine has this one's internal address, by plan or on an interface.
    private func duplicateAddress(
        _ host: PlannedHost,
        among others: [HostID: HostObservation]
    ) -> Finding {
        let address = host.internalAddress
        let planned = hosts.filter { $0.id != host.id && $0.internalAddress == address }
        let seen = others.filter { $0.value.interface(with: address) != nil }.map(\.key)
        let holders = Set(planned.map(\.id) + seen).sorted()
        return .judge(
            .duplicateInternalAddress,
            on: host.id,
            holders.isEmpty,
            holders.isEmpty
                ? address
                : "\(address) is also on \(Amount.list(holders.map(\.description)))",
            remedy: CheckDescription.remedy(.duplicateInternalAddress)
        )
    }
}
