/// How a node's line is divided at a width: mark, id, role, bar, count, and what happens now.
struct LiveLayout {
    private let width: Int
    private let style: TerminalStyle
    private let nameWidth: Int
    private let roleWidth: Int
    private let barWidth: Int
    private let countWidth: Int

    /// Divides the width; narrow terminals get short bars and no roles.
    init(width: Int, style: TerminalStyle, nodes: [NodeView]) {
        self.width = max(1, width)
        self.style = style
        let longest = nodes.map { TerminalText.columns(of: $0.id) }.max() ?? 0
        nameWidth = min(longest, max(8, width * 3 / 10))
        let roles = nodes.map { $0.role.count }.max() ?? 0
        roleWidth = width >= 60 ? roles : 0
        barWidth = width >= 120 ? 24 : width >= 60 ? 14 : 6
        countWidth = nodes.map { "\($0.steps.count)/\($0.steps.count)".count }.max() ?? 0
    }

    /// The node's line.
    func line(for node: NodeView, now: Int64) -> String {
        let ink = ink(of: node.standing)
        var left = TerminalText.padded(node.id, to: nameWidth, unicode: style.unicode)
        if roleWidth > 0 { left += "  " + TerminalText.padded(node.role, to: roleWidth) }
        let count = TerminalText.rightAligned("\(node.done)/\(node.steps.count)", to: countWidth)
        let gap = width >= 60 ? "  " : " "
        let used =
            2 + TerminalText.columns(of: left) + gap.count + barWidth + 1 + countWidth + gap.count
        guard used < width else {
            return TerminalText.fitted("\(mark(of: node.standing)) \(left)", to: width)
        }
        return style.paint(mark(of: node.standing), ink) + " " + left + gap
            + style.paint(bar(for: node), ink) + " " + count + gap
            + style.paint(activity(of: node, width: width - used, now: now), ink)
    }

    /// The line of many nodes: how many, what they do, and as many of their names as fit.
    func line(for group: NodeCrowd.Group) -> String {
        let count = "\(group.names.count) \(group.words)"
        let whole = "\(mark(of: group.standing)) \(count) (\(group.names.joined(separator: ", "))"
        let room = width - 1
        let text =
            TerminalText.columns(of: whole) <= room ? whole + ")" : fitted(whole, room) + ")"
        guard TerminalText.columns(of: count) + 8 < width else {
            return style.paint(fitted("\(mark(of: group.standing)) \(count)", width), .faint)
        }
        return style.paint(text, ink(of: group.standing))
    }

    private func bar(for node: NodeView) -> String {
        let filled = node.steps.isEmpty ? 0 : barWidth * node.done / node.steps.count
        return String(repeating: style.unicode ? "█" : "#", count: filled)
            + String(repeating: style.unicode ? "░" : "-", count: barWidth - filled)
    }

    private func activity(of node: NodeView, width: Int, now: Int64) -> String {
        guard let step = node.current else {
            let waits = node.standing == .waiting
            let words = waits ? "waits for \(node.awaited ?? "its turn")" : node.standing.rawValue
            return fitted(words, width)
        }
        let what = width >= 60 ? "\(step.title): " : ""
        switch step.state {
        case .failed: return fitted("\(what)failed: \(step.message)", width)
        case .retrying:
            return fitted("\(what)attempt \(step.attempt) failed: \(step.message)", width)
        default: break
        }
        let elapsed = " " + Spans.short(from: step.began, to: now)
        let again = step.attempt > 1 ? " (attempt \(step.attempt))" : ""
        let line = step.lastLine.isEmpty ? "" : ": \(step.lastLine)"
        return fitted(step.title + again + line, width - elapsed.count) + elapsed
    }

    private func fitted(_ text: String, _ width: Int) -> String {
        TerminalText.fitted(text, to: width, unicode: style.unicode)
    }

    private func mark(of standing: NodeView.Standing) -> String {
        switch standing {
        case .failed: style.unicode ? "✗" : "x"
        case .retrying: style.unicode ? "↻" : "~"
        case .running: style.unicode ? "▸" : ">"
        case .waiting: " "
        case .skipped: "-"
        case .done: style.unicode ? "✓" : "+"
        }
    }

    private func ink(of standing: NodeView.Standing) -> Ink {
        switch standing {
        case .failed: .bad
        case .retrying: .warning
        case .running: .active
        case .waiting, .skipped: .faint
        case .done: .good
        }
    }
}
