import Plan

extension HostChecks {
    /// The machine and its system.
    func machine(_ host: PlannedHost, _ seen: HostObservation) -> [Finding] {
        [
            distribution(host, seen),
            .judge(
                .architecture,
                on: host.id,
                Architecture(rawValue: seen.architecture) != nil,
                seen.architecture,
                remedy: CheckDescription.remedy(.architecture)
            ),
            kernel(host, seen),
            truth(.systemd, host, seen.isSystemd, "is the first process", "is not"),
            truth(.root, host, seen.isRoot, "root", "another user"),
            cgroups(host, seen),
            memory(host, seen),
            amount(
                .processors,
                host,
                seen.processors.map(Int64.init),
                least: host.role == .server ? 2 : 1
            ) { "\($0)" },
            disk(host, seen),
            truth(
                .clockService,
                host,
                seen.isClockSynchronized,
                "synchronized",
                "not synchronized",
                otherwise: .warning
            ),
            amount(.entropy, host, seen.entropy.map(Int64.init), least: 256) { "\($0) bits" },
            packages(host, seen),
            wireGuard(host, seen),
            foreignCluster(host, seen),
        ]
    }

    private func truth(
        _ check: PreflightCheck,
        _ host: PlannedHost,
        _ fact: Bool?,
        _ yes: String,
        _ no: String,
        otherwise verdict: Verdict = .failed
    ) -> Finding {
        guard let fact else { return .unseen(check, on: host.id) }
        return .judge(
            check,
            on: host.id,
            fact,
            fact ? yes : no,
            otherwise: verdict,
            remedy: CheckDescription.remedy(check)
        )
    }

    /// Less than so much is a warning.
    private func amount(
        _ check: PreflightCheck,
        _ host: PlannedHost,
        _ amount: Int64?,
        least: Int64,
        _ words: (Int64) -> String
    ) -> Finding {
        guard let amount else { return .unseen(check, on: host.id) }
        return .judge(
            check,
            on: host.id,
            amount >= least,
            words(amount),
            otherwise: .warning,
            remedy: CheckDescription.remedy(check)
        )
    }

    private func distribution(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        let name = "\(seen.distribution) \(seen.distributionVersion)"
        let oldest = ["debian": 12, "ubuntu": 22, "simulated": 0][seen.distribution]
        guard let oldest else {
            return seen.distribution.isEmpty
                ? .unseen(.operatingSystem, on: host.id)
                : Finding(
                    .operatingSystem,
                    on: host.id,
                    .failed,
                    name,
                    remedy: CheckDescription.remedy(.operatingSystem)
                )
        }
        let release = seen.distributionVersion.prefix { $0 != "." }
        // Debian's testing has no number.
        let isKnown = release.isEmpty || (Int(release) ?? 0) >= oldest
        return .judge(
            .operatingSystem,
            on: host.id,
            isKnown,
            name,
            otherwise: .warning,
            remedy: CheckDescription.remedy(.operatingSystem)
        )
    }

    private func kernel(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        let numbers = seen.kernel.split { $0 == "." || $0 == "-" }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return .unseen(.kernel, on: host.id) }
        let isNew = !numbers.lexicographicallyPrecedes([5, 6])
        return .judge(
            .kernel,
            on: host.id,
            isNew || seen.wireGuard == .kernel,
            "Linux \(seen.kernel)",
            remedy: CheckDescription.remedy(.kernel)
        )
    }

    private func cgroups(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let controllers = seen.cgroupControllers else {
            return .unseen(.cgroups, on: host.id)
        }
        let missing = ["cpu", "memory", "pids"].filter { !controllers.contains($0) }
        return .judge(
            .cgroups,
            on: host.id,
            missing.isEmpty,
            missing.isEmpty ? "complete" : "without \(missing.joined(separator: ", "))",
            remedy: CheckDescription.remedy(.cgroups)
        )
    }

    /// A machine that is sold with so much has a little less, which its kernel keeps.
    private func memory(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let memory = seen.memory else { return .unseen(.memory, on: host.id) }
        let needed: Int64 = host.role == .server ? 2_000_000_000 : 512_000_000
        return Finding(
            .memory,
            on: host.id,
            memory < needed / 2 ? .failed : memory < needed / 10 * 9 ? .warning : .passed,
            Amount.bytes(memory),
            remedy: memory < needed / 10 * 9 ? CheckDescription.remedy(.memory) : ""
        )
    }

    private func disk(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let free = seen.diskFree else { return .unseen(.disk, on: host.id) }
        let isAmple = free >= 10_000_000_000
        return Finding(
            .disk,
            on: host.id,
            isAmple ? .passed : free >= 2_000_000_000 ? .warning : .failed,
            "\(Amount.bytes(free)) free",
            remedy: isAmple ? "" : CheckDescription.remedy(.disk)
        )
    }

    private func packages(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let packages = seen.packages else { return .unseen(.packages, on: host.id) }
        if packages.isInterrupted {
            return Finding(
                .packages,
                on: host.id,
                .failed,
                "an installation was interrupted",
                remedy: "dpkg --configure -a"
            )
        }
        if !packages.hasSources {
            return Finding(
                .packages,
                on: host.id,
                .warning,
                "no source of packages is named",
                remedy: "add your distribution's to /etc/apt/sources.list.d, or install "
                    + "wireguard-tools yourself"
            )
        }
        if let holder = packages.lockHolder {
            return Finding(
                .packages,
                on: host.id,
                .warning,
                "the lock is held by \(holder)",
                remedy: "nothing: a rollout waits for it. Never delete the lock"
            )
        }
        return Finding(.packages, on: host.id, .passed, "ready")
    }

    private func wireGuard(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        switch seen.wireGuard {
        case nil: .unseen(.wireGuard, on: host.id)
        case .kernel: Finding(.wireGuard, on: host.id, .passed, "the kernel makes interfaces")
        case .userspace:
            Finding(
                .wireGuard,
                on: host.id,
                .warning,
                "only wireguard-go",
                remedy: "a kernel with WireGuard is several times faster: "
                    + CheckDescription.remedy(.wireGuard)
            )
        case .some(.none):
            Finding(
                .wireGuard,
                on: host.id,
                .failed,
                "no interface can be made",
                remedy: CheckDescription.remedy(.wireGuard)
            )
        }
    }

    private func foreignCluster(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        if seen.isOurs {
            return Finding(.foreignCluster, on: host.id, .passed, "K3s is here, set up from a plan")
        }
        return .judge(
            .foreignCluster,
            on: host.id,
            seen.remains.isEmpty,
            seen.remains.isEmpty ? "nothing" : Amount.list(seen.remains),
            remedy: CheckDescription.remedy(.foreignCluster)
        )
    }
}

extension Amount {
    /// The first few, and how many more there are.
    static func list(_ words: [String], limit: Int = 4) -> String {
        let more = words.count - limit
        return words.prefix(limit).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
