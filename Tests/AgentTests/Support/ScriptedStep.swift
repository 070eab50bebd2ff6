import Plan
import Steps
import Synchronization

@testable import Agent

/// What a scripted step does; found by its key, since a step is a value.
final class Script: Sendable {
    private static let all = Mutex<[String: Script]>([:])

    let key = "script-\(UInt64.random(in: 0 ... .max))"
    /// One for each run, when it begins.
    let runs = Recorder<StepContext>()
    private let body: @Sendable (StepContext) async throws(StepFailure) -> StepOutputs

    /// Does something on each run.
    init(_ body: @escaping @Sendable (StepContext) async throws(StepFailure) -> StepOutputs) {
        self.body = body
        Self.all.withLock { $0[key] = self }
    }

    /// Waits on each run.
    convenience init(behind gate: Gate) {
        self.init { _ throws(StepFailure) in
            await gate.pass()
            if Task.isCancelled { throw StepFailure("the step was cancelled") }
            return [:]
        }
    }

    func run(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        runs.append(context)
        return try await body(context)
    }

    /// The kinds that agents under test know.
    static func decode(kind: String, parameters: [UInt8]) throws(StepFailure) -> any Step {
        guard kind == ScriptedStep.kind else {
            throw StepFailure("this agent does not know \(kind)", isPermanent: true)
        }
        return ScriptedStep(key: String(decoding: parameters, as: UTF8.self))
    }

    fileprivate static func named(_ key: String) throws(StepFailure) -> Script {
        guard let script = all.withLock({ $0[key] }) else { throw StepFailure("no script \(key)") }
        return script
    }
}

/// A step that does what its script says and always finds something to do.
struct ScriptedStep: Step {
    static let kind = "scripted"

    let key: String

    var title: String { "do what a test says" }
    var disruption: Disruption { .none }

    func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        .changes([.setting(name: "script", before: "", after: key)])
    }

    func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        try await Script.named(key).run(context)
    }

    func verify(_ context: StepContext) async throws(StepFailure) {}
}
