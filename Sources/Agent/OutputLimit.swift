/// How many lines a step may send: a burst, then a steady rate. What is too much is counted and
/// told with the next line that passes.
struct OutputLimit: Sendable, Equatable {
    /// Lines that may come at once.
    static let burst = 200
    /// Lines per second afterwards.
    static let rate = 20

    private var left = Self.burst
    private var refilledAt: Int64
    private var omitted = 0

    /// Begins with a full burst at a time in milliseconds.
    init(now: Int64) {
        refilledAt = now
    }

    /// The lines to send in place of this one: none, the line, or a remark and the line.
    mutating func admit(_ line: String, now: Int64) -> [String] {
        refill(now: now)
        guard left > 0 else {
            omitted += 1
            return []
        }
        left -= 1
        let remark = omitted == 0 ? [] : ["… \(omitted) lines left out"]
        omitted = 0
        return remark + [OneLine.clip(line)]
    }

    private mutating func refill(now: Int64) {
        let elapsed = min(max(0, now - refilledAt), 3_600_000)
        let gained = Int(elapsed) * Self.rate / 1000
        guard gained > 0 else { return }
        left = min(Self.burst, left + gained)
        refilledAt = now
    }
}
