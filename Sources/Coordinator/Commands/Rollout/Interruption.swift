import Foundation
import UnixSignals

/// Ctrl-C as an answer instead of an end.
enum Interruption {
    /// What the body returns; nothing where SIGINT or SIGTERM came first, which cancels the body. A
    /// second signal waits for nothing: it calls `abandon` and ends the process.
    static func race<Result: Sendable>(
        abandon: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let work = Task { try await body() }
        let watching = Task {
            for await _ in signals {
                if work.isCancelled {
                    abandon()
                    Foundation.exit(CommandExit.detached.rawValue)
                }
                work.cancel()
            }
        }
        defer { watching.cancel() }
        let result = await work.result
        return work.isCancelled ? nil : try result.get()
    }
}
