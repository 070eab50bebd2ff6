import Plan
import Protocol
import Steps

/// Carries out one assigned step: decodes it, runs it within its time, and says how it ended.
struct StepExecution: Sendable {
    /// Makes a step of a kind's name and parameters.
    typealias Decode = @Sendable (String, [UInt8]) throws(StepFailure) -> any Step

    /// The longest time that a step may be given, in milliseconds: a day.
    static let longest: Int64 = 86_400_000
    /// The time of an assignment that names none, in milliseconds.
    static let usual: Int64 = 300_000

    /// The machine.
    let host: any Host
    /// Where artifacts come from.
    let artifacts: any ArtifactSource
    /// Where sealed copies go to.
    var deposits: any DepositSink = NoDeposits()
    /// What the server's owner allows.
    var policy = AgentPolicy.everything
    /// The kinds of steps that are known.
    let decode: Decode
    /// Milliseconds beyond its time before a step is cut off. One that minds its time can say
    /// better what it waited for; the coordinator gives an attempt up later still.
    var grace: Int64 = 5000

    /// Why the policy does not allow the step, done or only looked at; nothing where it does. A step
    /// that cannot be read is left to `run`, which says so.
    func objection(to assignment: WireStepAssignment) -> StepFailure? {
        do {
            try policy.demand(kind: assignment.kind)
            guard policy.looksInside(kind: assignment.kind),
                let step = try? decode(assignment.kind, [UInt8](assignment.parameters))
            else { return nil }
            try policy.demand(step)
            return nil
        } catch {
            return error
        }
    }

    /// Runs to the end of the step, of its time, or of the task.
    @concurrent
    func run(
        _ assignment: WireStepAssignment,
        report: @escaping @Sendable (String) -> Void
    ) async -> WireStepResult {
        let id = assignment.executionID
        do {
            let timeout = Self.timeout(assignment.timeout)
            let context = StepContext(
                host: host,
                artifacts: artifacts,
                deposits: deposits,
                inputs: assignment.inputs.mapValues { Secret([UInt8]($0)) },
                timeout: timeout,
                report: report
            )
            let work = try work(assignment, context)
            return StepMessages.result(id, await race(within: timeout, work))
        } catch {
            return StepMessages.failed(id, error)
        }
    }

    /// A step to be done or looked at, or an errand.
    private func work(
        _ assignment: WireStepAssignment,
        _ context: StepContext
    ) throws(StepFailure) -> @Sendable () async -> StepOutcome {
        let parameters = [UInt8](assignment.parameters)
        if assignment.mode == .errand {
            let errand = try ErrandCatalog.decode(kind: assignment.kind, parameters: parameters)
            return {
                do throws(StepFailure) {
                    return .unchanged([ErrandCatalog.answer: try await errand.run(context)])
                } catch {
                    return .failed(error)
                }
            }
        }
        let step = try decode(assignment.kind, parameters)
        let isCheck = assignment.mode == .check
        return {
            isCheck ? await StepRun.check(step, context) : await StepRun.apply(step, context)
        }
    }

    private static func timeout(_ asked: Int64) -> Int64 {
        asked > 0 ? min(asked, longest) : usual
    }

    /// A step that ends well although its time is over has ended well.
    private func race(
        within milliseconds: Int64,
        _ body: @escaping @Sendable () async -> StepOutcome
    ) async -> StepOutcome {
        await withTaskGroup(of: StepOutcome?.self) { group in
            group.addTask { await body() }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(milliseconds + grace))
                return nil
            }
            let first = await group.next() ?? nil
            let isLate = first == nil
            group.cancelAll()
            var outcome = first
            while let next = await group.next() { outcome = outcome ?? next }
            guard case .failed(let failure)? = outcome else {
                return outcome ?? .failed(Self.cancelled)
            }
            if Task.isCancelled { return .failed(Self.cancelled) }
            return .failed(isLate ? Self.overdue(failure, after: milliseconds) : failure)
        }
    }

    private static var cancelled: StepFailure {
        StepFailure("cancelled by the coordinator")
    }

    private static func overdue(_ failure: StepFailure, after milliseconds: Int64) -> StepFailure {
        StepFailure(
            "the step did not end within \(milliseconds / 1000) s",
            details: [failure.message] + failure.details,
            remedy: failure.remedy
        )
    }
}
