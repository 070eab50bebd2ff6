import Steps

extension LinuxHost {
    func unit(_ name: String) async throws(HostFailure) -> UnitState {
        let properties = "LoadState,UnitFileState,ActiveState,SubState"
        let result = try await systemctl(["show", "--property=\(properties)", "--", name])
        return UnitState(systemctl: result.standardOutput)
    }

    func perform(_ action: UnitAction, on unit: String) async throws(HostFailure) {
        switch action {
        case .start, .restart:
            // A K3s unit becomes active only once it has joined, which may be never.
            try await systemctl([action.rawValue, "--no-block", "--", unit])
        case .stop, .enable:
            try await systemctl([action.rawValue, "--", unit])
        }
    }

    func journal(of unit: String, lines: Int) async throws(HostFailure) -> [String] {
        let count = min(max(lines, 1), 1000)
        let result = try await run(
            Command([
                "journalctl", "-q", "-u", unit, "-n", "\(count)", "--no-pager", "-o", "cat",
            ])
        )
        guard result.status == 0 else {
            throw HostFailure(
                .other,
                "the journal of \(unit) cannot be read",
                details: result.complaints
            )
        }
        return result.standardOutput.textLines
    }

    @discardableResult
    private func systemctl(_ arguments: [String]) async throws(HostFailure) -> CommandResult {
        let result = try await run(Command(["systemctl"] + arguments, timeout: 120_000))
        guard result.status == 0 else {
            throw HostFailure(
                .other,
                "“systemctl \(arguments.joined(separator: " "))” failed",
                details: result.complaints
            )
        }
        return result
    }
}

extension UnitState {
    /// Reads the lines of `systemctl show`.
    init(systemctl text: String) {
        var values: [Substring: String] = [:]
        for line in text.textLines {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            values[parts[0]] = String(parts[1])
        }
        let load = values["LoadState"] ?? ""
        self.init(
            exists: !load.isEmpty && load != "not-found",
            enabled: values["UnitFileState"] == "enabled",
            active: values["ActiveState"] ?? "",
            sub: values["SubState"] ?? ""
        )
    }
}
