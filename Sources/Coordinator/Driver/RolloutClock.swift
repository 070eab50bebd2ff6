import Daemon

/// The time by which one rollout's deadlines and pauses are counted, in milliseconds since 1970.
///
/// It begins with the wall clock and then goes on by the one that only runs forward. A wall clock that is
/// put right or wrong while steps run neither ends their time nor makes what waits wait longer; and time
/// in which the machine slept is nobody's delay (`CLOCK_MONOTONIC` stands still meanwhile).
struct RolloutClock: Sendable {
    private let ahead: Int64
    private let monotonic: @Sendable () -> Int64

    /// Begins at a time of the wall clock, but never before what was already recorded.
    ///
    /// - Parameters:
    ///   - wall: What the wall clock says.
    ///   - recorded: The latest time in the rollout's journal.
    ///   - monotonic: A clock that only runs forward, in milliseconds.
    init(
        at wall: Int64,
        notBefore recorded: Int64? = nil,
        monotonic: @escaping @Sendable () -> Int64 = WallClock.monotonic
    ) {
        ahead = max(wall, recorded ?? wall) - monotonic()
        self.monotonic = monotonic
    }

    /// The time now.
    func now() -> Int64 { monotonic() + ahead }
}
