/// Growing pauses between attempts, each drawn at random from the whole range up to its bound ("full
/// jitter"), so that many clients that lost one server do not come back in step.
public struct Backoff: Equatable, Sendable {
    /// The bound of the first pause.
    public var first: Duration
    /// The bound of all pauses.
    public var longest: Duration

    /// A connection that lasted so long was no accident: the pauses begin anew after it.
    static let stable = Duration.seconds(10)

    /// 0.1 to 20 seconds, unless said otherwise.
    ///
    /// - Parameters:
    ///   - first: The bound of the first pause.
    ///   - longest: The bound of all pauses.
    public init(first: Duration = .milliseconds(100), longest: Duration = .seconds(20)) {
        self.first = first
        self.longest = longest
    }

    /// The bound of the pause after so many failures in a row; it doubles with each.
    func bound(afterFailures failures: Int) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        return min(longest, first * (1 << doublings))
    }

    /// The pause itself.
    func pause(
        afterFailures failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        bound(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
    }
}
