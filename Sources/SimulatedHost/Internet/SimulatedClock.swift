import Glibc
import Steps
import Synchronization

/// How fast a simulated machine's time goes.
public enum SimulatedPace: Sendable, Equatable {
    /// Waiting takes no time at all; the clock jumps.
    case instant
    /// So many simulated seconds pass in a real one; 1 or more.
    case scaled(Double)
}

/// The time of everything that is simulated together.
final class SimulatedClock: Sendable {
    private let pace: SimulatedPace
    /// Real milliseconds since 1970 at which simulated and real time were the same.
    private let epoch: Int64
    /// What has been slept through at the pace `instant`.
    private let jumped = Mutex<Int64>(0)

    init(pace: SimulatedPace, epoch: Int64) {
        self.pace = pace
        self.epoch = epoch
    }

    /// Simulated milliseconds since 1970.
    func now() -> Int64 {
        switch pace {
        case .instant: epoch + jumped.withLock { $0 }
        case .scaled(let speed):
            // In microseconds: at a tenfold pace a millisecond is ten, and a short sleep would be none.
            epoch + Int64(Double(Self.microseconds() - epoch * 1000) * max(1, speed) / 1000)
        }
    }

    /// Lets simulated time pass.
    func sleep(milliseconds: Int64) async throws(HostFailure) {
        do {
            switch pace {
            case .instant:
                await Task.yield()
                try Task.checkCancellation()
                jumped.withLock { $0 += max(0, milliseconds) }
            case .scaled(let speed):
                let real = Double(max(0, milliseconds)) / max(1, speed)
                try await Task.sleep(for: .microseconds(Int64(real * 1000)))
            }
        } catch {
            throw HostFailure(.cancelled, "the step was cancelled")
        }
    }

    /// Milliseconds since 1970.
    static func realNow() -> Int64 { microseconds() / 1000 }

    private static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
