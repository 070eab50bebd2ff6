import GRPCCore
import Protocol
import SwiftProtobuf

/// The last lines that failed steps said, for the end of a display.
enum FailedStepOutput {
    /// Lines of a step.
    private static let lines: Int32 = 10
    /// Steps that are looked at; with more failures the reasons are elsewhere.
    private static let steps = 5

    /// The lines of each failed step, by its id. A coordinator that does not answer, or is of a release
    /// that keeps none, is no trouble: the failure itself is known.
    static func read(
        of view: RolloutView,
        from client: OperatorConnection.Client
    ) async -> [String: [String]] {
        var found: [String: [String]] = [:]
        for step in view.steps.filter({ $0.state == .failed }).prefix(steps) {
            let request = WireLogsRequest.with {
                $0.rolloutID = view.id
                $0.step = step.id
                $0.last = lines
            }
            let said = try? await client.logs(request, options: .short) { response in
                try await response.messages.reduce(into: [String]()) {
                    $0.append(TerminalText.cleaned($1.line))
                }
            }
            if let said, !said.isEmpty { found[step.id] = said }
        }
        return found
    }
}
