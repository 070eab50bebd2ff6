package import Plan
package import Protocol
package import RolloutEngine
import SwiftProtobuf

/// How a coordinator leads one rollout, but for the doing: what happens becomes the engine's event, and
/// what the engine decides becomes records, outputs to keep, and words for agents. It knows neither
/// clock nor store nor network.
package struct RolloutConduct: Sendable {
    /// Something that happened, and what came with it.
    package struct Arrival: Sendable {
        /// What the engine decides about.
        package var event: RolloutEvent
        /// Secrets that an execution made.
        package var outputs: [String: Secret] = [:]
        /// Who waits to hear that the result is durable.
        package var reporter: HostID?
        /// Of an agent that is there, tells its session from the next.
        package var session: UInt64?

        /// Something without secrets that nobody waits for.
        package init(_ event: RolloutEvent) {
            self.event = event
        }

        /// An agent that is there.
        package init(_ node: HostID, unfinished: Set<ExecutionID>, session: UInt64, at now: Int64) {
            event = .agentConnected(node, unfinished: unfinished, at: now)
            self.session = session
        }

        /// An execution's end, or what a look at a step has shown, by its agent's word.
        package init(_ report: StepReport, from node: HostID, at now: Int64) {
            if let step = report.lookedAt {
                // Nobody waits for a receipt: the agent keeps nothing of it.
                event = .looked(step, isSatisfied: report.outcome == .unchanged, at: now)
            } else {
                event = .executionEnded(report.execution, report.outcome, at: now)
                outputs = report.outputs
                reporter = node
            }
        }
    }

    /// What the driver does about one arrival.
    package struct Turn: Sendable {
        /// Durable BEFORE any action, in this order, all or none of them.
        package var records: [JournalRecord] = []
        /// Durable with the records: what later steps are handed.
        package var outputs: [OutputReference: Secret] = [:]
        /// Taken AFTER, in this order.
        package var actions: [Action] = []
    }

    /// Something the driver does.
    package enum Action: Sendable {
        /// Tell an agent over a session, if that is still the agent's. Where another has taken its
        /// place meanwhile, the arrival that says so decides what is to be said.
        case send(WireCoordinatorMessage, to: HostID, over: UInt64)
        /// Tell an agent over whatever session it has by now.
        case acknowledge(WireCoordinatorMessage, to: HostID)
        /// Send `clockAdvanced` at this time; it takes the place of an earlier wish.
        case wake(at: Int64)
        /// The rollout is over: forget its outputs, tell those who watch.
        case finish(RolloutOutcome)
    }

    private let frozen: FrozenRollout
    private let nodes: [StepID: StepNode]
    private var engine: Rollout
    private var outputs: [OutputReference: Secret]
    /// The sessions that the engine knows of.
    private var sessions: [HostID: UInt64] = [:]

    /// Takes a rollout up where its journal ends.
    ///
    /// - Parameters:
    ///   - id: The rollout's key.
    ///   - frozen: What it was resolved to when it began.
    ///   - seed: Randomness for back-off; it may differ after a restart.
    ///   - records: The journal, in order.
    ///   - outputs: What its steps have made.
    package init(
        id: RolloutID,
        frozen: FrozenRollout,
        seed: UInt64,
        replaying records: some Sequence<JournalRecord>,
        outputs: [OutputReference: Secret]
    ) {
        self.frozen = frozen
        nodes = Dictionary(frozen.graph.steps.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        self.outputs = outputs
        engine = Rollout(
            id: id,
            graph: frozen.graph,
            limits: frozen.limits,
            seed: seed,
            replaying: records
        )
    }

    /// What the records so far say.
    package var state: RolloutState { engine.state }

    /// What there is to do again after a restart, beside what agents are handed as they come back.
    package func pendingActions(at now: Int64) -> [Action] {
        engine.pendingEffects(at: now).compactMap(action)
    }

    /// Decides about one arrival.
    package mutating func take(_ arrival: Arrival) -> Turn {
        note(arrival)
        let decision = engine.handle(arrival.event)
        var turn = Turn(records: decision.records)
        if let step = decision.records.lazy.compactMap(\.succeededStep).first {
            for (name, value) in arrival.outputs {
                turn.outputs[OutputReference(step: step, name: name)] = value
            }
            outputs.merge(turn.outputs) { $1 }
        }
        if let receipt = receipt(for: arrival) { turn.actions.append(receipt) }
        turn.actions += decision.effects.compactMap(action)
        return turn
    }

    private mutating func note(_ arrival: Arrival) {
        switch arrival.event {
        case .agentConnected(let node, _, _): sessions[node] = arrival.session
        case .agentDisconnected(let node, _): sessions[node] = nil
        case .began, .executionEnded, .looked, .clockAdvanced, .cancelRequested, .pauseRequested,
            .resumeRequested:
            break
        }
    }

    private func receipt(for arrival: Arrival) -> Action? {
        guard case .executionEnded(let execution, _, _) = arrival.event,
            let node = arrival.reporter
        else { return nil }
        return .acknowledge(.receipt(for: execution), to: node)
    }

    private func action(_ effect: Effect) -> Action? {
        switch effect {
        case .assign(let execution, let step, let timeout):
            assign(execution, step, .apply, timeout)
        case .look(let execution, let step, let timeout):
            assign(execution, step, .check, timeout)
        case .cancel(let execution, let executor):
            send(.cancel(execution), to: executor)
        case .wake(let at):
            .wake(at: at)
        case .finish(let outcome):
            .finish(outcome)
        }
    }

    private func assign(
        _ execution: ExecutionID,
        _ step: StepID,
        _ mode: WireStepMode,
        _ timeout: Int64
    ) -> Action? {
        guard let node = nodes[step] else { return nil }
        var inputs: [String: Secret] = [:]
        for (name, reference) in node.inputs { inputs[name] = outputs[reference] }
        let assignment = frozen.assignment(
            of: step,
            execution: execution.description,
            mode: mode,
            timeout: timeout,
            inputs: inputs
        )
        return assignment.flatMap { words in
            send(.with { $0.assignment = words }, to: node.executor)
        }
    }

    private func send(_ message: WireCoordinatorMessage, to node: HostID) -> Action? {
        sessions[node].map { .send(message, to: node, over: $0) }
    }
}

extension WireCoordinatorMessage {
    /// An execution's result is durable, or nobody waits for it any more.
    package static func receipt(for execution: ExecutionID) -> Self {
        let receipt = WireResultReceipt.with { $0.executionID = execution.description }
        return .with { $0.receipt = receipt }
    }

    /// An execution is no longer wanted.
    package static func cancel(_ execution: ExecutionID) -> Self {
        let cancel = WireStepCancel.with { $0.executionID = execution.description }
        return .with { $0.cancel = cancel }
    }
}

extension JournalRecord {
    /// The step whose execution ended well by this record.
    fileprivate var succeededStep: StepID? {
        switch self {
        case .ended(_, let step, .unchanged, _), .ended(_, let step, .changed, _): step
        case .began, .assigned, .ended, .satisfied, .retryPlanned, .stepFailed, .cancelRequested,
            .paused,
            .resumed, .skipped, .finished:
            nil
        }
    }
}
