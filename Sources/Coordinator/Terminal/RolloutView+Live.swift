extension RolloutView {
    /// The lines that show the rollout on a terminal: a head, then one for each node.
    ///
    /// Where there are more nodes than rows, those that an operator wants to see (failed, retrying,
    /// running) have a line each, and the others one for each thing that they do or wait for. No line fills
    /// the last column, and one row is left to the cursor, so that nothing ever scrolls.
    func lines(in size: TerminalSize, style: TerminalStyle, now: Int64) -> [String] {
        let rows = nodeViews
        let width = size.columns - 1
        let layout = LiveLayout(width: width, style: style, nodes: rows)
        let room = max(1, size.rows - 1)
        guard rows.count + 1 > room else {
            let head = headLine(width: width, style: style, now: now)
            return [head] + rows.map { layout.line(for: $0, now: now) }
        }
        let ended = rows.count { $0.standing == .done }
        let head = headLine(
            width: width,
            style: style,
            more: "\(ended)/\(rows.count) nodes, ",
            now: now
        )
        let crowd = NodeCrowd(rows, room: room - 1)
        return [head] + crowd.shown.map { layout.line(for: $0, now: now) }
            + crowd.groups.map { layout.line(for: $0) }
    }

    /// The nodes as they stand, in the plan's order.
    var nodeViews: [NodeView] {
        nodes.enumerated().map { place, node in
            let steps = node.steps.map { self.steps[$0] }
            return NodeView(id: node.id, place: place, steps: steps, blocker: blocker(of: steps))
        }
    }

    /// The nearest step that is under way, or failed, of all that the first waiting one builds on.
    private func blocker(of steps: [StepView]) -> StepView? {
        var asked: Set<String> = []
        var line = steps.first { $0.state == .waiting }?.dependsOn ?? []
        while !line.isEmpty {
            let id = line.removeFirst()
            guard asked.insert(id).inserted, let step = step(id), !step.state.isDone else {
                continue
            }
            if step.state != .waiting { return step }
            line += step.dependsOn
        }
        return nil
    }

    private func headLine(
        width: Int,
        style: TerminalStyle,
        more: String = "",
        now: Int64
    ) -> String {
        let failed = count(.failed)
        let elapsed = Spans.short(from: startedAt, to: endedAt ?? now)
        let tail =
            "  \(more)\(done)/\(steps.count) steps\(failed > 0 ? ", \(failed) failed" : "")"
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
}
