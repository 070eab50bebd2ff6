import ArgumentParser
import GRPCCore
import Protocol
import Steps

extension NodeView {
    /// What a rollout would disturb on the node, in words; nothing where that is nothing.
    fileprivate var disturbed: String? {
        let units = steps.flatMap(\.changes).compactMap { change -> String? in
            if case .unit(let action, let unit) = change, action != UnitAction.start.rawValue {
                return "\(unit) (\(action))"
            }
            return nil
        }
        let pods = steps.contains { $0.disruption == .workload }
        let words = units + (pods ? ["pods that it changes may be interrupted"] : [])
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }
}

/// What a plan would change, host by host.
struct DryRunReport: Sendable {
    /// As the operator named it, for the next command to type.
    let planFile: String
    /// What the operator's commands end in.
    let suffix: String
    /// For whom.
    let format: OutputFormat

    /// Asks, prints, and throws the exit code that is not zero.
    func run(
        _ request: WireStartRolloutRequest,
        client: OperatorConnection.Client
    ) async throws {
        let view = try await client.dryRun(request, options: .patient) { response in
            var view = RolloutView()
            for try await event in response.messages {
                view.apply(event)
                if format == .json, let line = view.json(for: event) {
                    StandardOutput.write(line.text)
                }
            }
            return view
        }
        if format == .text {
            let style = Terminal.standardOutput().style
            StandardOutput.write(report(on: view, style: style).joined(separator: "\n"))
        }
        if view.count(.failed) > 0 || view.end?.outcome == .failed {
            throw ExitCode(CommandExit.failed.rawValue)
        }
        if view.count(.changed) > 0 { throw ExitCode(CommandExit.changesPending.rawValue) }
    }

    /// For each host the steps that would change something, with their changes; then the sum.
    func report(on view: RolloutView, style: TerminalStyle) -> [String] {
        var lines: [String] = []
        for node in view.nodeViews {
            lines.append(style.paint(node.id, .strong))
            let told = node.steps.filter { $0.state != .unchanged }
            lines += told.flatMap { Self.lines(for: $0, style: style) }
            if told.isEmpty { lines.append("  nothing to change") }
            if let disturbed = node.disturbed {
                lines.append("  " + style.paint("disturbs: \(disturbed)", .bad))
            }
            lines.append("")
        }
        if !view.news.isEmpty { lines += [view.news, ""] }
        for host in view.departed { lines += host.lines(suffix: suffix) + [""] }
        return lines + sum(of: view, style: style)
    }

    /// A step's title, why it cannot be told what it would do, and its changes.
    static func lines(for step: StepView, style: TerminalStyle) -> [String] {
        if step.state == .failed { return RolloutView.report(on: step, style: style) }
        let why = step.message.isEmpty ? "" : " (\(step.message))"
        return ["  " + style.paint(step.title, .warning) + why]
            + step.changes.flatMap { $0.rendered() }.map { "    " + TerminalText.cleaned($0) }
    }

    private func sum(of view: RolloutView, style: TerminalStyle) -> [String] {
        let changed = view.count(.changed)
        let failed = view.count(.failed)
        let hosts = view.nodeViews.count { node in
            node.steps.contains { $0.state == .changed }
        }
        var sentence =
            changed == 0
            ? "No step of plan \(view.digest) would change anything"
            : "Plan \(view.digest): \(changed) of \(view.steps.count) steps would change "
                + "\(hosts) of \(view.nodes.count) hosts"
        if failed > 0 { sentence += "; \(failed) cannot be checked" }
        var lines = [style.paint(sentence + ". Nothing was changed.", .strong)]
        lines += disturbances(of: view)
        if failed == 0, changed > 0 {
            let command = "  coordinator rollout --plan \(planFile)"
            lines += ["Carry it out:", command + suffix]
            if let approval = view.end?.approval, !approval.isEmpty {
                lines += [
                    "Carry it out only if all is still as shown here:",
                    command + " --approve \(approval)\(suffix)",
                ]
            }
        }
        return lines
    }

    /// Who notices, of all that runs now.
    private func disturbances(of view: RolloutView) -> [String] {
        guard view.count(.changed) > 0 else { return [] }
        let disturbed = view.nodeViews.compactMap { node in
            node.disturbed.map { "  \(node.id): \($0)" }
        }
        return disturbed.isEmpty
            ? ["Nothing that runs now is disturbed."] : ["What is disturbed:"] + disturbed
    }
}
