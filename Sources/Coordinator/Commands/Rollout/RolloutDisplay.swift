import Protocol

/// A way to show a rollout while it goes on.
protocol RolloutDisplay: Sendable {
    /// Shows an event that the view has taken in.
    mutating func show(_ event: WireRolloutEvent, in view: RolloutView)
    /// Says something about the watching itself.
    mutating func notice(_ text: String)
    /// Draws anew what changes with time.
    mutating func refresh(_ view: RolloutView, now: Int64)
}

/// One JSON object a line.
struct JSONDisplay: RolloutDisplay {
    func show(_ event: WireRolloutEvent, in view: RolloutView) {
        if let line = view.json(for: event) { StandardOutput.write(line.text) }
    }

    func notice(_ text: String) {
        StandardError.write(text)
    }

    func refresh(_ view: RolloutView, now: Int64) {}
}

/// One line for each change of state.
struct LogDisplay: RolloutDisplay {
    func show(_ event: WireRolloutEvent, in view: RolloutView) {
        if let line = view.logLine(for: event) { StandardOutput.write(line) }
    }

    func notice(_ text: String) {
        StandardError.write(text)
    }

    func refresh(_ view: RolloutView, now: Int64) {}
}

/// A line for each node, drawn in place.
struct LiveDisplay: RolloutDisplay {
    /// How text may look.
    let style: TerminalStyle
    private var region = LiveRegion()

    /// Draws on standard output.
    init(style: TerminalStyle) {
        self.style = style
    }

    /// Nothing at once, but for what stays: however many events come, `refresh` draws at its own pace.
    mutating func show(_ event: WireRolloutEvent, in view: RolloutView) {
        if case .started? = event.event, !view.news.isEmpty { notice(view.news) }
    }

    mutating func notice(_ text: String) {
        let columns = Terminal.size().columns
        StandardOutput.writeRaw(region.insert(above: text, columns: columns))
    }

    mutating func refresh(_ view: RolloutView, now: Int64) {
        guard !view.steps.isEmpty else { return }
        let size = Terminal.size()
        let lines = view.lines(in: size, style: style, now: now)
        StandardOutput.writeRaw(region.replace(with: lines, columns: size.columns))
    }
}
