import Plan

// Waiting for a K3s that has been told to start.
extension K3sService {
    /// How often the unit may fall over before waiting longer is pointless.
    private static let toleratedRestarts = 3

    /// Waits until `isReady` says so. Fails with the journal's last lines where the unit fails,
    /// restarts again and again, or the deadline passes.
    func awaitReady(
        _ context: StepContext,
        until deadline: Deadline,
        _ isReady: () async throws(StepFailure) -> Bool
    ) async throws(StepFailure) {
        var restarts = 0
        var wasRestarting = false
        var told: Int64 = -1
        let end = try await context.poll(every: 1000, until: deadline) {
            () async throws(StepFailure) -> Ending? in
            let state = try await context.unit(unit)
            if state.active == "failed" { return .failed("failed") }
            let isRestarting = state.sub == "auto-restart"
            restarts += isRestarting && !wasRestarting ? 1 : 0
            wasRestarting = isRestarting
            if restarts >= Self.toleratedRestarts { return .failed("ended \(restarts) times") }
            if try await isReady() { return .ready }
            // A line now and then: the operator wants to see that time passes, not each look.
            if deadline.elapsedSeconds / 10 != told {
                told = deadline.elapsedSeconds / 10
                context.report(
                    "waiting for \(unit) (\(state.active)), \(deadline.elapsedSeconds) s"
                )
            }
            return nil
        }
        switch end {
        case .ready: return
        case .failed(let how): throw await failure("\(unit) \(how) after its start", context)
        case nil:
            throw await failure(
                "\(unit) was not ready within \(deadline.description)",
                context
            )
        }
    }

    private enum Ending {
        case ready
        case failed(String)
    }

    /// A failure that shows the end of the unit's journal and what it most likely means.
    func failure(_ message: String, _ context: StepContext) async -> StepFailure {
        let lines = (try? await context.host.journal(of: unit, lines: 20)) ?? []
        let advice = K3sDiagnosis.advice(on: lines, role: role)
        return StepFailure(
            message,
            details: lines.map(Redaction.line),
            remedy: advice.remedy,
            isPermanent: advice.isPermanent
        )
    }
}
