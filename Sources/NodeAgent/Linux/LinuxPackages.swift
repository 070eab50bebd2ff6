import Steps

extension LinuxHost {
    func installedVersion(ofPackage name: String) async throws(HostFailure) -> String? {
        try Self.demandPackageName(name)
        let result = try await run(
            Command(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}\\n", name])
        )
        // Its only other complaint is that there is no such package.
        guard result.status == 0 else { return nil }
        let status = "installed "
        return result.standardOutput.textLines.first { $0.hasPrefix(status) }
            .map { String($0.dropFirst(status.count)) }
    }

    func installPackages(_ names: [String]) async throws(HostFailure) {
        for name in names { try Self.demandPackageName(name) }
        guard !names.isEmpty else { return }
        try await waitForCloudInit()
        let update = try await updatePackageLists()
        let download = try await run(Self.apt(["--download-only", "install"] + names))
        guard download.status == 0 else {
            throw Self.failure("fetch", names, [download, update])
        }
        let install = try await installUninterrupted(names)
        guard install.status == 0 else {
            throw Self.failure("install", names, [install, update])
        }
    }

    /// Once it unpacks, ending apt would leave half-configured packages for a person to repair. So
    /// a cancelled step waits for it; all that takes long, the download, lies behind it.
    private func installUninterrupted(
        _ names: [String]
    ) async throws(HostFailure) -> CommandResult {
        let command = Self.apt(["install"] + names)
        let installation = Task { () -> Result<CommandResult, HostFailure> in
            do throws(HostFailure) {
                return .success(try await run(command))
            } catch {
                return .failure(error)
            }
        }
        let result = try await installation.value.get()
        if Task.isCancelled {
            throw HostFailure(.cancelled, "the step was cancelled while apt-get installed")
        }
        return result
    }

    /// Refreshes the lists. apt-get waits for dpkg's lock, but not in all its versions for that of
    /// the lists; so whoever holds it (unattended-upgrades, mostly) is waited for here.
    private func updatePackageLists() async throws(HostFailure) -> CommandResult {
        let deadline = monotonicNow() + Self.lockTimeout
        while true {
            let result = try await run(Self.apt(["update"]))
            let isLocked =
                result.status != 0 && result.standardError.contains("Could not get lock")
            guard isLocked, monotonicNow() < deadline else { return result }
            try await sleep(milliseconds: Self.lockPause)
        }
    }

    /// On a machine's first boot cloud-init uses apt itself and rewrites its sources.
    private func waitForCloudInit() async throws(HostFailure) {
        do throws(HostFailure) {
            _ = try await run(
                Command(["cloud-init", "status", "--wait"], timeout: Self.cloudInitTimeout)
            )
        } catch {
            switch error.code {
            case .programMissing: return
            case .timedOut:
                throw HostFailure(
                    .packages,
                    "cloud-init has not ended within \(Self.cloudInitTimeout / 60_000) minutes",
                    details: ["`cloud-init status --long` says what it is at."]
                )
            default: throw error
            }
        }
    }

    /// Milliseconds to wait for another's package operation.
    private static let lockTimeout: Int64 = 600_000
    private static let lockPause: Int64 = 5000
    private static let cloudInitTimeout: Int64 = 900_000
    private static let installTimeout: Int64 = 1_800_000

    private static func apt(_ arguments: [String]) -> Command {
        Command(
            ["apt-get", "-o", "DPkg::Lock::Timeout=\(lockTimeout / 1000)", "-y"]
                + ["--no-install-recommends"] + arguments,
            environment: ["DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "a"],
            timeout: installTimeout
        )
    }

    private static func failure(
        _ action: String,
        _ names: [String],
        _ results: [CommandResult]
    ) -> HostFailure {
        let details = results.filter { $0.status != 0 }.flatMap(\.complaints)
        if details.contains(where: { $0.contains("No space left on device") }) {
            return HostFailure(.diskFull, "no room to \(action) packages", details: details)
        }
        return HostFailure(
            .packages,
            "apt-get could not \(action) \(names.joined(separator: ", "))",
            details: details
        )
    }

    /// Debian Policy 5.6.7; nothing that apt would take for an option.
    private static func demandPackageName(_ name: String) throws(HostFailure) {
        let isWellFormed =
            name.utf8.count >= 2 && name.first != "-"
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        guard isWellFormed else {
            throw HostFailure(.packages, "“\(name)” is no name of a package")
        }
    }
}
