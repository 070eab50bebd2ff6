import Protocol

extension RolloutView {
    /// What is said at the end: the sum, each failure with its reason and its remedy, and the command
    /// to type next.
    ///
    /// - Parameters:
    ///   - style: How it may look.
    ///   - planFile: As the operator named it; nothing where that is not known.
    ///   - suffix: What the operator's commands end in: an option with a space before it.
    ///   - output: The last lines that failed steps said, by the steps' ids.
    /// - Returns: Lines; none while the rollout goes on.
    func summary(
        style: TerminalStyle,
        planFile: String?,
        suffix: String = "",
        output: [String: [String]] = [:]
    ) -> [String] {
        guard let end else { return [] }
        var lines = [sentence(end, style: style)]
        for step in steps where step.state == .failed {
            lines += [""] + Self.report(on: step, style: style)
            if let said = output[step.id] {
                lines += ["  The last that it said:"] + said.map { "  | \($0)" }
                lines += [
                    "  All of it:", "    coordinator rollout logs \(id) --step \(step.id)\(suffix)",
                ]
            }
        }
        switch end.outcome {
        case .failed, .cancelled: lines += [""] + nextSteps(planFile: planFile, suffix: suffix)
        case .paused: lines += [""] + stepsOutOfPause(suffix: suffix)
        case .succeeded, .unspecified, .UNRECOGNIZED: break
        }
        for host in departed { lines += [""] + host.lines(suffix: suffix) }
        return lines
    }

    /// Why a step failed and what to do about it.
    static func report(on step: StepView, style: TerminalStyle) -> [String] {
        let attempt = step.attempt > 1 ? ", attempt \(step.attempt)" : ""
        let by = step.executor == step.node ? "" : ", carried out by \(step.executor)"
        let head = "Failed: \(step.node): \(step.title) (step \(step.id)\(attempt)\(by))"
        var lines = [style.paint(head, .bad)]
        if !step.message.isEmpty { lines.append("  \(step.message)") }
        lines += step.details.map { "  | \($0)" }
        if !step.remedy.isEmpty { lines.append("  What to do: \(step.remedy)") }
        return lines
    }

    private func sentence(_ end: WireRolloutEnded, style: TerminalStyle) -> String {
        let elapsed = Spans.short(from: startedAt, to: endedAt ?? startedAt)
        var counts = ["\(end.changed) changed", "\(end.unchanged) unchanged"]
        if end.failed > 0 { counts.append("\(end.failed) failed") }
        let rest = steps.count - Int(end.changed) - Int(end.unchanged) - Int(end.failed)
        if rest > 0, !steps.isEmpty { counts.append("\(rest) not done") }
        let sum = counts.joined(separator: ", ")
        return switch end.outcome {
        case .succeeded where end.changed == 0:
            style.paint("Rollout \(id): nothing to change (\(sum), \(elapsed)).", .good)
        case .succeeded: style.paint("Rollout \(id) succeeded in \(elapsed): \(sum).", .good)
        case .cancelled:
            style.paint("Rollout \(id) was cancelled after \(elapsed): \(sum).", .warning)
        case .paused:
            style.paint("Rollout \(id) is paused after \(elapsed): \(sum).", .bad)
        case .failed, .unspecified, .UNRECOGNIZED:
            style.paint("Rollout \(id) failed after \(elapsed): \(sum).", .bad)
        }
    }

    private func stepsOutOfPause(suffix: String) -> [String] {
        [
            "Next: remove the cause, then let it go on; what failed is tried again:",
            "  coordinator rollout resume \(id)\(suffix)",
            "Or end it, to run another plan; what is done stays done:",
            "  coordinator rollout cancel \(id)\(suffix)",
        ]
    }

    private func nextSteps(planFile: String?, suffix: String) -> [String] {
        [
            "Next: remove the cause, then run the same plan again; what is done is not done twice:",
            "  coordinator rollout --plan \(planFile ?? "PLAN")\(suffix)",
            "Details of this rollout:",
            "  coordinator rollout show \(id)\(suffix)",
        ]
    }
}
