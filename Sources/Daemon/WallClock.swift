internal import Glibc

/// The machine's clocks, in the project's unit.
public enum WallClock {
    /// Milliseconds since 1970.
    public static func now() -> Int64 { read(CLOCK_REALTIME) }

    /// Milliseconds on a clock that only runs forward.
    public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
