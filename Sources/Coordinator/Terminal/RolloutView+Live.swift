extension RolloutView {
    /// The lines that show the rollout on a terminal: a head, then one for each node.
    ///
    /// Where there are more nodes than rows, those that an operator wants to see (failed, retrying,
    /// running) come first and a last line says what the others do. No line fills the last column, and
    /// one row is left to the cursor, so that nothing ever scrolls.
    func lines(in size: TerminalSize, style: TerminalStyle, now: Int64) -> [String] {
        let layout = LiveLayout(width: size.columns - 1, style: style, nodes: nodeViews)
        let room = max(1, size.rows - 1)
        let head = headLine(width: size.columns - 1, style: style, now: now)
        let rows = nodeViews
        if rows.count + 1 <= room {
            return [head] + rows.map { layout.line(for: $0, now: now) }
        }
        let shown = max(0, room - 2)
        let sorted = rows.sorted {
            ($0.standing.urgency, $0.place) < ($1.standing.urgency, $1.place)
        }
        let others = Array(sorted.dropFirst(shown))
        var lines = [head] + sorted.prefix(shown).map { layout.line(for: $0, now: now) }
        if lines.count < room {
            lines.append(sumLine(others, more: shown > 0, width: size.columns - 1, style: style))
        }
        return lines
    }

    /// The nodes as they stand, in the plan's order.
    var nodeViews: [NodeView] {
        nodes.enumerated().map { place, node in
            NodeView(id: node.id, place: place, steps: node.steps.map { steps[$0] })
        }
    }

    private func headLine(width: Int, style: TerminalStyle, now: Int64) -> String {
        let failed = count(.failed)
        let elapsed = Spans.short(from: startedAt, to: endedAt ?? now)
        let tail =
            "  \(done)/\(steps.count) steps\(failed > 0 ? ", \(failed) failed" : "")"
            + "\(isPaused ? ", paused" : "")  \(elapsed)"
        let room = width - TerminalText.columns(of: tail)
        let whole = "Rollout \(id) of \(cluster)"
        let name = TerminalText.columns(of: whole) > room ? id : whole
        guard room >= 8 else {
            return TerminalText.fitted(name + tail, to: width, unicode: style.unicode)
        }
        return style.paint(TerminalText.fitted(name, to: room, unicode: style.unicode), .strong)
            + style.paint(tail, failed > 0 ? .bad : .plain)
    }

    private func sumLine(
        _ others: [NodeView],
        more: Bool,
        width: Int,
        style: TerminalStyle
    ) -> String {
        let parts = NodeView.Standing.allCases.compactMap { standing -> String? in
            let count = others.count { $0.standing == standing }
            return count > 0 ? "\(count) \(standing.rawValue)" : nil
        }
        let text = "\(others.count) \(more ? "more " : "")nodes: \(parts.joined(separator: ", "))"
        return style.paint(
            TerminalText.fitted(text, to: width, unicode: style.unicode),
            .faint
        )
    }
}

/// One node of a watched rollout.
struct NodeView: Sendable {
    /// How a node stands, the most urgent first.
    enum Standing: String, CaseIterable {
        case failed
        case retrying
        case running
        case waiting
        case skipped
        case done

        var urgency: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    let id: String
    /// Its place in the plan.
    let place: Int
    let steps: [StepView]

    /// What K3s makes of it, as far as its steps tell.
    var role: String {
        if steps.contains(where: { $0.kind == "k3s-server" }) { return "server" }
        return steps.contains { $0.kind == "k3s-agent" } ? "agent" : ""
    }

    /// How many of its steps came to a good end.
    var done: Int { steps.count { $0.state.isDone } }

    /// How it stands, by its most urgent step.
    var standing: Standing {
        if steps.contains(where: { $0.state == .failed }) { return .failed }
        if steps.contains(where: { $0.state == .retrying }) { return .retrying }
        if steps.contains(where: { $0.state == .running }) { return .running }
        if steps.contains(where: { $0.state == .waiting }) { return .waiting }
        return steps.contains { $0.state == .skipped } ? .skipped : .done
    }

    /// The step that is worth showing.
    var current: StepView? {
        switch standing {
        case .failed: steps.first { $0.state == .failed }
        case .retrying: steps.first { $0.state == .retrying }
        case .running: steps.first { $0.state == .running }
        case .waiting, .skipped, .done: nil
        }
    }
}
