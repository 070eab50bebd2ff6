import Daemon
import Synchronization

/// A wall clock that a test puts forward or back.
final class MovableClock: Sendable {
    private let offset = Mutex<Int64>(0)

    var now: Int64 { WallClock.now() + offset.withLock(\.self) }

    func advance(by milliseconds: Int64) {
        offset.withLock { $0 += milliseconds }
    }
}
