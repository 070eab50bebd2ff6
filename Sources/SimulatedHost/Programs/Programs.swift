import Plan
import Steps
import Trust

// The programs that steps run, and no others.
extension SimulatedHost {
    func play(_ command: Command) async throws(HostFailure) -> CommandResult {
        let durations = faults.durations
        let isInstallation = command.argv.first == "sh"
        let takes = isInstallation ? durations.installScript : durations.program
        try await wait(takes, atMost: command)
        let arguments = Array(command.argv.dropFirst())
        switch command.argv.first {
        case "hostnamectl": return try hostnamectl(arguments, command)
        case "systemctl": return try systemctl(arguments, command)
        case "find": return try find(arguments, command)
        case "date": return try date(arguments, command)
        case "sh": return try installScript(arguments, command)
        case "curl": return try curl(arguments, command)
        case "k3s": return try k3s(arguments, command)
        case "wg": return try wg(arguments, command)
        case "ping": return try ping(arguments, command)
        default: throw Self.notSimulated(command)
        }
    }

    /// The refusal of what is not known here.
    static func notSimulated(_ command: Command) -> HostFailure {
        let call = command.argv.joined(separator: " ")
        return HostFailure(.notSimulated, "a simulated machine does not know `\(call)`")
    }

    private func hostnamectl(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        guard arguments.count == 2, arguments[0] == "set-hostname" else {
            throw Self.notSimulated(command)
        }
        let name = arguments[1]
        try faults.refuse(writing: "/etc/hostname")
        try files.write("/etc/hostname", Array("\(name)\n".utf8), mode: 0o644)
        try change { $0.hostname = name }
        return CommandResult(status: 0)
    }

    /// `FOLDER -maxdepth 1 -type f -name BEGINNING*`.
    private func find(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        guard arguments.count == 7, let pattern = arguments.last, pattern.hasSuffix("*"),
            arguments[1...5] == ["-maxdepth", "1", "-type", "f", "-name"]
        else { throw Self.notSimulated(command) }
        let names = try files.names(in: arguments[0]).filter { $0.hasPrefix(pattern.dropLast()) }
        guard !names.isEmpty else { return CommandResult(status: 0) }
        let output = names.map { "\(arguments[0])/\($0)\n" }.joined()
        return CommandResult(status: 0, standardOutput: output)
    }

    private func date(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        guard arguments == ["+%s"] else { throw Self.notSimulated(command) }
        return CommandResult(status: 0, standardOutput: "\(internet.now() / 1000)\n")
    }

    /// K3s' install script with a binary in place and no start.
    private func installScript(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        let skips = ["INSTALL_K3S_SKIP_DOWNLOAD", "INSTALL_K3S_SKIP_START"]
        guard arguments.count == 2, ["server", "agent"].contains(arguments[1]),
            skips.allSatisfy({ command.environment[$0] == "true" })
        else { throw Self.notSimulated(command) }
        guard try files.read(arguments[0]) != nil else {
            let complaint = "sh: 0: cannot open \(arguments[0]): No such file\n"
            return CommandResult(status: 2, standardError: complaint)
        }
        guard let mode = try files.mode(of: Self.binary), mode & 0o111 != 0 else {
            let complaint = "[ERROR]  Executable k3s binary not found at \(Self.binary)\n"
            return CommandResult(status: 1, standardError: complaint)
        }
        let unit = arguments[1] == "server" ? Self.serverUnit : Self.agentUnit
        let text = "[Service]\nType=notify\nExecStart=\(Self.binary) \(arguments[1])\n"
        try faults.refuse(writing: "/etc/systemd/system")
        try files.write("/etc/systemd/system/\(unit)", Array(text.utf8), mode: 0o644)
        try change { state in
            state.units[unit] = state.units[unit] ?? UnitRecord()
            state.units[unit]?.enabled = true
        }
        let output = "[INFO]  systemd: Enabling \(unit)\n"
        return CommandResult(status: 0, standardOutput: output)
    }

    /// The two addresses that steps ask.
    private func curl(
        _ arguments: [String],
        _ command: Command
    ) throws(HostFailure) -> CommandResult {
        let refused = CommandResult(status: 7, standardError: "curl: (7) Failed to connect\n")
        guard let url = arguments.last else { throw Self.notSimulated(command) }
        if url == "http://127.0.0.1:10248/healthz" {
            let phases = [try k3sPhase(of: Self.serverUnit), try k3sPhase(of: Self.agentUnit)]
            return phases.contains(.running)
                ? CommandResult(status: 0, standardOutput: "ok") : refused
        }
        guard url.hasPrefix("https://"), url.hasSuffix(":6443/cacerts") else {
            return try askPublicName(url, command)
        }
        let address = url.dropFirst("https://".count).prefix { $0 != ":" }
        if configuration(of: Self.serverUnit)?.text("advertise-address") == String(address) {
            if faults.hairpinBroken, !holdsPublicAddress {
                return CommandResult(status: 28, standardError: "curl: (28) Connection timed out\n")
            }
            return try k3sPhase(of: Self.serverUnit) == .running
                ? CommandResult(status: 0) : refused
        }
        return try internet.cluster(at: String(address)).answers()
            ? CommandResult(status: 0) : refused
    }
}
