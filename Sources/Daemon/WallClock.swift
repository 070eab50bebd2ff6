internal import Glibc

/// The machine's clocks, in the project's unit.
public enum WallClock {
    /// Milliseconds since 1970.
    public static func now() -> Int64 { read(CLOCK_REALTIME) }

    /// Milliseconds on a clock that only runs forward.
    public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

    /// Microseconds since 1970.
    public static func microseconds() -> Int64 { read(CLOCK_REALTIME, unit: 1000) }

    /// Microseconds on a clock that only runs forward.
    public static func monotonicMicroseconds() -> Int64 { read(CLOCK_MONOTONIC, unit: 1000) }

    /// Reads in a unit of so many nanoseconds.
    private static func read(_ clock: clockid_t, unit: Int64 = 1_000_000) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * (1_000_000_000 / unit) + Int64(time.tv_nsec) / unit
    }
}
