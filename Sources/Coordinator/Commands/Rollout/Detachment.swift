import ArgumentParser
import Foundation
import Protocol
import SwiftProtobuf
import UnixSignals

/// The end of a watching by Ctrl-C: the rollout goes on, unless the operator asks for its end as well.
struct Detachment: Sendable {
    /// Which one.
    let rolloutID: String
    /// What the operator's commands end in.
    let suffix: String
    /// The way to the coordinator.
    let client: OperatorConnection.Client

    /// How long a second Ctrl-C is waited for where a person may type one.
    private static let moment = Duration.seconds(3)

    /// Says that the rollout goes on. On a terminal a second Ctrl-C within three seconds leads to the
    /// question whether to cancel it; anything but a yes leaves it alone.
    func run() async throws {
        StandardError.write(
            """

            Detached. Rollout \(rolloutID) goes on.
              watch it again:  coordinator rollout watch \(rolloutID)\(suffix)
              cancel it:       coordinator rollout cancel \(rolloutID)\(suffix)
            """
        )
        guard Self.isAttended else { return }
        StandardError.write("Ctrl-C again within three seconds asks whether to cancel it.")
        guard await Self.comesAgain(), try await confirms() else { return }
        let request = WireCancelRolloutRequest.with { $0.rolloutID = rolloutID }
        _ = try await client.cancelRollout(request, options: .short)
        StandardError.write(RolloutCommand.Cancel.answer(rolloutID, suffix))
    }

    /// Whether a person sees what is asked and can answer.
    private static var isAttended: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }

    private static func comesAgain() async -> Bool {
        let signals = await UnixSignalsSequence(trapping: .sigint)
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await signals.first { _ in true } != nil }
            group.addTask {
                try? await Task.sleep(for: moment)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Yes is `y` or `yes`; a further Ctrl-C is a no.
    private func confirms() async throws -> Bool {
        StandardError.write(
            "\nCancel rollout \(rolloutID)? Steps that run are stopped, no other begins. [y/N]"
        )
        let answer = try await Interruption.race { await Self.line() }
        return ["y", "yes"].contains(
            (answer ?? nil)?.lowercased().trimmingCharacters(in: .whitespaces)
        )
    }

    /// A line that is typed, on a thread of its own, which may wait for ever.
    private static func line() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: readLine()) }
        }
    }
}
