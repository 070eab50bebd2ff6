import Daemon
import Protocol

/// What is known of a rollout while it is watched, and the display that shows it.
actor RolloutMonitor {
    private(set) var view = RolloutView()
    /// Of the last event that is kept; 0 before the first.
    private(set) var lastNumber: Int64 = 0
    private var display: any RolloutDisplay
    private var isLost = false

    /// Shows on the display.
    init(_ display: any RolloutDisplay) {
        self.display = display
    }

    /// Takes an event in and shows it.
    func show(_ event: WireRolloutEvent) {
        if isLost {
            isLost = false
            display.notice("Connected again.")
        }
        guard event.number == 0 || event.number > lastNumber else { return }
        lastNumber = max(lastNumber, event.number)
        view.apply(event)
        display.show(event, in: view)
        if view.end != nil { close() }
    }

    /// Says once that the coordinator is out of reach.
    func lost(_ reason: String) {
        guard !isLost else { return }
        isLost = true
        display.notice(
            "Connection to the coordinator lost (\(TerminalText.cleaned(reason))); trying again. "
                + "The agents go on with what they are doing."
        )
    }

    /// Draws once more what moves.
    func refresh() {
        display.refresh(view, now: WallClock.now())
    }

    /// Draws for the last time.
    func close() {
        refresh()
    }

    /// Draws ten times a second while the body runs, however many events come.
    nonisolated func refreshing<Result: Sendable>(
        during body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    await self.refresh()
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
