internal import Glibc

/// systemd's watchdog (WatchdogSec= of systemd.service(5), sd_watchdog_enabled(3)): a unit that has not been
/// heard of for so long counts as hung, is ended and started again.
public struct Watchdog: Sendable, Equatable {
    /// How long to wait between two signs of life: half of what systemd allows.
    public let interval: Duration

    /// What systemd asks of this process; nothing where it asks nothing.
    public static var asked: Watchdog? {
        func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return Watchdog(
            microseconds: value("WATCHDOG_USEC"),
            process: value("WATCHDOG_PID"),
            own: getpid()
        )
    }

    /// Reads the environment of a unit.
    ///
    /// - Parameters:
    ///   - microseconds: WATCHDOG_USEC.
    ///   - process: WATCHDOG_PID: whose signs of life are awaited; anyone's, where it is missing.
    ///   - own: This process.
    public init?(microseconds: String?, process: String?, own: Int32) {
        guard let allowed = microseconds.flatMap({ Int64($0) }), allowed > 1,
            process == nil || process == "\(own)"
        else { return nil }
        interval = .microseconds(allowed / 2)
    }

    /// Gives signs of life until the task is cancelled.
    ///
    /// - Parameters:
    ///   - notify: How; to systemd, unless told otherwise.
    ///   - proof: Done before each: if it hangs or fails, there is none.
    public func keepAlive(
        notify: @Sendable () -> Void = { ServiceNotification.alive.send() },
        proof: @Sendable () async throws -> Void
    ) async {
        while !Task.isCancelled {
            if (try? await proof()) != nil { notify() }
            try? await Task.sleep(for: interval)
        }
    }
}
