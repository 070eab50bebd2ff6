import ArgumentParser
import Protocol

/// Watches a rollout to its end and says how it went, in the form that was asked for.
struct RolloutWatching: Sendable {
    /// For whom.
    let format: OutputFormat
    /// What was submitted, where this command submitted it.
    let submission: PlanSubmission?
    /// What the operator's commands end in.
    let suffix: String

    /// Throws the exit code that is not zero. Ctrl-C ends the watching.
    func run(_ id: String, client: OperatorConnection.Client) async throws {
        let monitor = RolloutMonitor(display())
        let follower = RolloutFollower(rolloutID: id, client: client, monitor: monitor)
        let ended = try await Interruption.race {
            try await monitor.refreshing { try await follower.follow() }
        }
        guard let ended else {
            await monitor.close()
            try await Detachment(rolloutID: id, suffix: suffix, client: client).run()
            throw ExitCode(CommandExit.detached.rawValue)
        }
        if format == .text {
            let view = await monitor.view
            let output = await FailedStepOutput.read(of: view, from: client)
            let lines = summary(of: view, ended.outcome, output)
            StandardOutput.write(lines.joined(separator: "\n"))
        }
        guard ended.outcome == .succeeded else { throw ExitCode(CommandExit.failed.rawValue) }
    }

    private func summary(
        of view: RolloutView,
        _ outcome: WireRolloutOutcome,
        _ output: [String: [String]]
    ) -> [String] {
        let style = Terminal.standardOutput().style
        let lines = view.summary(
            style: style,
            planFile: submission?.request.fileName,
            suffix: suffix,
            output: output
        )
        guard outcome == .succeeded, let plan = submission?.plan else { return lines }
        let overview = ClusterOverview(plan: plan)
        return lines + [""] + overview.table(unicode: style.unicode) + [""]
            + overview.nextSteps(suffix: suffix)
    }

    private func display() -> any RolloutDisplay {
        switch format {
        case .json: return JSONDisplay()
        case .text:
            let terminal = Terminal.standardOutput()
            return terminal.isLive ? LiveDisplay(style: terminal.style) : LogDisplay()
        }
    }
}
