import Conduct
import Foundation
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf

/// A rollout's records, told to operators. The same records always make the same events, live and
/// in replay, and an event has its record's number.
struct RolloutNarrative: Sendable {
    private let rollout: String
    private let cluster: String
    private let digest: String
    private let frozen: FrozenRollout
    private var attempts: [StepID: Int] = [:]
    private var problems: [StepID: StepFailure] = [:]
    private var states: [StepID: WireStepState] = [:]
    private var pause: PauseReason?

    /// Begins before the first record.
    init(rollout: String, cluster: String, digest: String, frozen: FrozenRollout) {
        self.rollout = rollout
        self.cluster = cluster
        self.digest = digest
        self.frozen = frozen
    }

    /// What a record means to an operator; nothing where it only matters to the engine.
    mutating func event(_ number: Int64, _ record: JournalRecord) -> WireRolloutEvent? {
        guard let told = tell(record) else { return nil }
        return .with {
            $0.number = number
            $0.at = record.at
            $0.event = told
        }
    }

    /// A line of a running step; it is not kept and has no number.
    static func line(_ text: String, of step: StepID, at now: Int64) -> WireRolloutEvent {
        .with {
            $0.at = now
            $0.line = .with {
                $0.stepID = step.description
                $0.line = text
            }
        }
    }

    /// The first event of a rollout or of a dry run.
    static func started(
        rollout: String,
        cluster: String,
        digest: String,
        frozen: FrozenRollout
    )
        -> WireRolloutStarted
    {
        .with {
            $0.rolloutID = rollout
            $0.cluster = cluster
            $0.digest = digest
            $0.news = frozen.news ?? ""
            $0.departed = (frozen.departed ?? []).map { host in
                .with {
                    $0.id = host.id.description
                    $0.hostname = host.hostname
                    $0.server = host.isServer
                }
            }
            $0.steps = frozen.graph.steps.map { step in
                .with {
                    $0.id = step.id.description
                    $0.node = step.subject.description
                    $0.executor = step.executor.description
                    $0.kind = step.kind
                    $0.title = step.title
                    $0.dependsOn = step.dependsOn.map(\.description)
                }
            }
        }
    }

    private mutating func tell(_ record: JournalRecord) -> WireRolloutEvent.OneOf_Event? {
        switch record {
        case .began:
            return .started(
                Self.started(
                    rollout: rollout,
                    cluster: cluster,
                    digest: digest,
                    frozen: frozen
                )
            )
        case .assigned(_, let step, let attempt, _, _):
            attempts[step] = attempt
            return change(of: step, to: .running)
        case .ended(_, let step, .unchanged, _), .satisfied(let step, _):
            return change(of: step, to: .unchanged)
        case .ended(_, let step, .changed(let changes), _):
            return change(of: step, to: .changed, changes: changes)
        case .ended(_, let step, .failed(let problem), _):
            // What comes of it, a repetition or the end, is the next record.
            problems[step] = problem
            return nil
        case .retryPlanned(let step, let attempt, _, _):
            attempts[step] = attempt
            return change(of: step, to: .retrying, problem: problems[step])
        case .stepFailed(let step, let problem, _):
            return change(of: step, to: .failed, problem: problem)
        case .skipped(let step, _):
            return change(of: step, to: .skipped)
        case .cancelRequested:
            pause = nil
            return nil
        case .paused(let reason, _):
            pause = reason
            return .paused(.with { $0.afterFailure = reason == .failure })
        case .resumed:
            pause = nil
            for (step, state) in states where state == .failed { states[step] = .pending }
            return .resumed(WireRolloutResumed())
        case .finished(let outcome, _):
            return .ended(ending(WireRolloutOutcome(outcome)))
        }
    }

    /// The last word to one who watches a rollout that a failure has paused, once nothing runs;
    /// nothing at any other time.
    func standstill(at now: Int64) -> WireRolloutEvent? {
        guard pause == .failure, !states.values.contains(.running) else { return nil }
        return .with {
            $0.at = now
            $0.ended = ending(.paused)
        }
    }

    private mutating func change(
        of step: StepID,
        to state: WireStepState,
        problem: StepFailure? = nil,
        changes: String = ""
    ) -> WireRolloutEvent.OneOf_Event {
        states[step] = state
        let attempt = Int32(clamping: attempts[step] ?? 0)
        return .step(
            .with {
                $0.stepID = step.description
                $0.state = state
                $0.attempt = attempt
                $0.message = problem?.message ?? ""
                $0.details = problem?.details ?? []
                $0.remedy = problem?.remedy ?? ""
                $0.changes = Data(changes.utf8)
            }
        )
    }

    private func ending(_ outcome: WireRolloutOutcome) -> WireRolloutEnded {
        .with {
            $0.outcome = outcome
            $0.digest = digest
            $0.changed = count(.changed)
            $0.unchanged = count(.unchanged)
            $0.failed = count(.failed)
        }
    }

    private func count(_ state: WireStepState) -> Int32 {
        Int32(clamping: states.values.count { $0 == state })
    }
}

extension WireRolloutOutcome {
    /// The engine's outcome on the wire.
    init(_ outcome: RolloutOutcome) {
        switch outcome {
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }
}
