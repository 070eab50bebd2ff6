import Plan

extension NodeRegistration {
    /// Fails where `node-ip` is on no interface of the machine: the kubelet refuses such an address
    /// and K3s would end again and again. Nothing is concluded where the machine names no address.
    func confirmAddress(_ context: StepContext) async throws(StepFailure) {
        let addresses = try await context.facts().addresses
        guard !addresses.isEmpty, !addresses.contains(internalAddress) else { return }
        let isPublic = internalAddress == publicAddress
        let reason =
            isPublic
            ? "the cloud translates this public address (1:1 NAT), and the kubelet takes only an "
                + "address of the machine's own"
            : "the kubelet takes only an address of the machine's own"
        throw StepFailure(
            "no interface of \(name) has the address \(internalAddress): \(reason)",
            details: ["the machine has: \(addresses.joined(separator: ", "))"],
            remedy: "Write \"addresses\": {\"internal\": \"\(Self.proposal(among: addresses))\"} "
                + "for \(name) in the plan, beside its public address.",
            isPermanent: true
        )
    }

    /// The address most likely meant: a private one, else any of IPv4.
    private static func proposal(among addresses: [String]) -> String {
        let candidates = addresses.filter { (try? IPv4Address(parsing: $0)) != nil }
        return candidates.first(where: isPrivate) ?? candidates.first ?? "10.x.x.x"
    }

    /// Whether RFC 1918 keeps the address for private networks.
    private static func isPrivate(_ address: String) -> Bool {
        let numbers = address.split(separator: ".").compactMap { UInt8($0) }
        switch (numbers.first, numbers.dropFirst().first) {
        case (10, _), (192, 168): return true
        case (172, let second?): return (16...31).contains(second)
        default: return false
        }
    }
}
