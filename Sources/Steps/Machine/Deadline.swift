import Plan

/// When an attempt has to give up by itself: a little before its timeout, so that it can still say
/// why instead of being cut off.
struct Deadline: Sendable {
    /// Milliseconds from its making to its end.
    let allowed: Int64
    private let end: Int64
    private let host: any Host

    /// Begins now; a tenth of the timeout, at most 10 s, is left for the last words.
    init(_ context: StepContext) {
        host = context.host
        allowed = context.timeout - min(10_000, context.timeout / 10)
        end = context.host.monotonicNow() + allowed
    }

    /// Milliseconds left, never negative.
    var remaining: Int64 { max(0, end - host.monotonicNow()) }

    /// Whole seconds since its making.
    var elapsedSeconds: Int64 { (allowed - remaining) / 1000 }

    /// The whole time in words.
    var description: String {
        allowed % 60_000 == 0 ? "\(allowed / 60_000) minutes" : "\(allowed / 1000) seconds"
    }
}

extension StepContext {
    /// Looks again and again until something is found; nothing once the deadline has passed.
    func poll<Found>(
        every milliseconds: Int64,
        until deadline: Deadline,
        _ look: () async throws(StepFailure) -> Found?
    ) async throws(StepFailure) -> Found? {
        while true {
            if let found = try await look() { return found }
            let remaining = deadline.remaining
            guard remaining > 0 else { return nil }
            do {
                try await host.sleep(milliseconds: min(milliseconds, remaining))
            } catch {
                throw StepFailure(error, while: "wait")
            }
        }
    }
}
