/// How many lines a flood of bad peers may put into the log: a bucket of tokens that time refills. What
/// is left unsaid is counted, and the next line says how many there were.
struct LogAllowance {
    /// How many lines at once.
    let burst: Int
    /// The time in which one more is earned, in nanoseconds.
    let interval: UInt64
    private var tokens: Int
    private var earnedAt: UInt64 = 0
    private var unsaid = 0

    init(burst: Int = 20, interval: UInt64 = 1_000_000_000) {
        self.burst = burst
        self.interval = interval
        tokens = burst
    }

    /// Asks for one line.
    ///
    /// - Parameter now: Nanoseconds of a clock that never goes back.
    /// - Returns: How many lines before this one were left unsaid; nil if this one is too.
    mutating func admit(at now: UInt64) -> Int? {
        let earned = now > earnedAt ? (now - earnedAt) / interval : 0
        if earned > 0 {
            tokens = Int(min(UInt64(burst), UInt64(tokens) + min(earned, UInt64(burst))))
            earnedAt += earned * interval
        }
        guard tokens > 0 else {
            unsaid += 1
            return nil
        }
        tokens -= 1
        defer { unsaid = 0 }
        return unsaid
    }

    /// How many lines were left unsaid since the last; they are then forgotten.
    mutating func takeUnsaid() -> Int {
        defer { unsaid = 0 }
        return unsaid
    }
}
