import Plan

/// What K3s' server and agent have in common: a configuration file, a unit that the install script
/// writes, and a start that nobody waits for inside systemd. (The unit is of the type `notify` with
/// no start timeout: a start that blocks would hang for ever on an agent whose server is away.)
struct K3sService: Sendable {
    enum Role: String, Sendable {
        case server
        case agent
    }

    let role: Role
    /// The whole text of the configuration file.
    let configuration: String

    /// The unit that the install script makes for the role.
    var unit: String {
        switch role {
        case .server: "k3s.service"
        case .agent: "k3s-agent.service"
        }
    }

    /// What is to be done, in order.
    struct Difference: Sendable {
        var configuration: Change?
        var installation: Change?
        var start: UnitAction?
    }

    /// The binary is in place, so the script only writes the unit and enables it.
    var installCommand: Command {
        Command(
            ["sh", K3sFiles.installScript, role.rawValue],
            environment: [
                "INSTALL_K3S_SKIP_DOWNLOAD": "true", "INSTALL_K3S_SKIP_START": "true",
            ],
            timeout: 120_000
        )
    }

    /// Compares the machine with the configuration, and with what the unit was last started with.
    func difference(_ context: StepContext) async throws(StepFailure) -> Difference {
        let before = try await context.text(of: K3sFiles.configuration)
        let mode = try await context.mode(of: K3sFiles.configuration)
        let state = try await context.unit(unit)
        let remembered = try await K3sStamp.remembered(context)
        let current = try await K3sStamp.current(context)

        var difference = Difference()
        if before != configuration || mode != 0o600 {
            difference.configuration = .file(
                path: K3sFiles.configuration,
                before: before,
                after: configuration,
                mode: 0o600
            )
        }
        if !state.exists || !state.enabled
            || remembered.installScript != current.installScript
        {
            difference.installation = .command(
                argv: installCommand.shownArgv,
                purpose: "write and enable \(unit)"
            )
        }
        if !state.isUp {
            difference.start = .start
        } else if difference.configuration != nil || difference.installation != nil
            || remembered != current
        {
            difference.start = .restart
        }
        return difference
    }

    /// Writes the configuration, runs the script and queues the start, as far as they differ.
    func bringUp(
        _ difference: Difference,
        _ context: StepContext
    ) async throws(StepFailure) {
        if difference.configuration != nil {
            try await context.write(K3sFiles.configuration, configuration, mode: 0o600)
        }
        if difference.installation != nil {
            context.report("writing \(unit)")
            _ = try await context.require(installCommand)
        }
        guard let action = difference.start else { return }
        context.report("\(action.rawValue)ing \(unit)")
        let stamp = try await K3sStamp.current(context)
        try await context.perform(action, on: unit)
        // Remembered only now: to forget a start costs one more, to invent one would cost the change.
        try await stamp.remember(context)
    }

    /// The changes that `bringUp` makes, for people.
    func changes(_ difference: Difference) -> [Change] {
        [difference.configuration, difference.installation].compactMap(\.self)
            + (difference.start.map { [.unit(action: $0.rawValue, unit: unit)] } ?? [])
    }
}

extension UnitState {
    /// Whether it runs or is about to.
    fileprivate var isUp: Bool {
        ["active", "activating", "reloading"].contains(active)
    }
}

extension Command {
    /// The command as a shell would take it, variables first.
    var shownArgv: [String] {
        environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + argv
    }
}
