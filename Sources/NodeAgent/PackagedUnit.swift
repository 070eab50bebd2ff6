import Agent
import Steps

/// The unit that the package brings, which runs the agent with the standard directory.
struct PackagedUnit {
    /// As systemd calls it.
    static let name = "isthmus-agent.service"

    /// The machine that it is looked for on.
    let host: any Host

    /// On this machine, unless told otherwise.
    init(on host: any Host = LinuxHost()) {
        self.host = host
    }

    /// Starts it; a unit that runs is left alone.
    ///
    /// - Returns: Whether it runs now; false where there is no such unit or no systemd.
    /// - Throws: `AgentFailure` where it is there and does not start, with what systemd says.
    func start() async throws(AgentFailure) -> Bool {
        guard let unit = try? await host.unit(Self.name), unit.exists else { return false }
        let command = Command(["systemctl", "start", "--", Self.name], timeout: 60_000)
        let complaints: [String]
        do {
            let result = try await host.run(command)
            if result.status == 0 { return true }
            complaints = result.complaints
        } catch {
            complaints = [error.message] + error.details
        }
        throw AgentFailure(
            "this machine is enrolled, but its agent does not start: "
                + (complaints.first ?? "systemd does not say why"),
            remedy: "Look at journalctl -u isthmus-agent; then: systemctl start isthmus-agent"
        )
    }
}
