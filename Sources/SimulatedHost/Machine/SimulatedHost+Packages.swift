public import Steps

extension SimulatedHost {
    /// The packages that a simulated distribution has.
    private static let available = [
        "wireguard-tools": "1.0.20210914-1", "wireguard-go": "0.0.20230223-1",
    ]

    /// The installed version.
    public func installedVersion(ofPackage name: String) async throws(HostFailure) -> String? {
        look { $0.packages[name] }
    }

    /// Installs all of the packages or none.
    public func installPackages(_ names: [String]) async throws(HostFailure) {
        let faults = faults
        try await sleep(milliseconds: faults.durations.packages)
        try faults.refuse(writing: "/var/cache/apt/archives")
        var installed: [String: String] = [:]
        for name in names {
            guard let version = Self.available[name], !faults.missingPackages.contains(name) else {
                throw HostFailure(
                    .packages,
                    "apt-get ended with status 100",
                    details: ["E: Unable to locate package \(name)"]
                )
            }
            installed[name] = version
        }
        try change { $0.packages.merge(installed) { _, new in new } }
    }
}
