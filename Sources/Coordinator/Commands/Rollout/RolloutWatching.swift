import ArgumentParser
import Protocol

/// Watches a rollout to its end and says how it went, in the form that was asked for.
struct RolloutWatching: Sendable {
    /// For whom.
    let format: OutputFormat
    /// As the operator named it, for the next command to type.
    let planFile: String?
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
            StandardError.write(
                """

                Detached. Rollout \(id) goes on.
                  watch it again:  coordinator rollout watch \(id)\(suffix)
                  cancel it:       coordinator rollout cancel \(id)\(suffix)
                """
            )
            throw ExitCode(CommandExit.detached.rawValue)
        }
        if format == .text {
            let summary = await monitor.view.summary(
                style: Terminal.standardOutput().style,
                planFile: planFile,
                suffix: suffix
            )
            StandardOutput.write(summary.joined(separator: "\n"))
        }
        guard ended.outcome == .succeeded else { throw ExitCode(CommandExit.failed.rawValue) }
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
