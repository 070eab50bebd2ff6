extension AssignmentStateMachine {
    /// Decides about one event. Events about executions that are not known change nothing.
    mutating func handle(_ event: Event) -> Decision {
        var decision = Decision()
        switch event {
        case .assigned(let id, let mode): assign(id, mode, in: &decision)
        case .finished(let id, let keeping): finish(id, keeping, in: &decision)
        case .receipt(let id): acknowledge(id, in: &decision)
        case .cancelled(let id): cancel(id, in: &decision)
        case .linkUp: linkUp(in: &decision)
        case .linkDown: linkDown(in: &decision)
        }
        return decision
    }

    private mutating func assign(_ id: ExecutionID, _ mode: Mode, in decision: inout Decision) {
        guard let known = executions[id] else {
            admit(id, mode, in: &decision)
            return
        }
        switch known.phase {
        case .finished:
            send(id, in: &decision)
        case .running(.report), .running(.startAgain), .waiting:
            break
        case .running(.discard):
            if mode == .check {
                executions[id]?.phase = .running(.startAgain)
            } else if !isStale(id) {
                supersedeOthers(of: id, in: &decision)
                executions[id]?.phase = .running(.startAgain)
            }
        case .interrupted:
            admit(id, mode, in: &decision)
        }
    }

    /// Lets an execution run at once or after the older one of its step.
    private mutating func admit(_ id: ExecutionID, _ mode: Mode, in decision: inout Decision) {
        if mode == .check {
            executions[id] = Execution(mode: .check, phase: .running(.report))
            decision.effects += [.accept(id), .start(id)]
            return
        }
        guard !isStale(id) else { return }
        supersedeOthers(of: id, in: &decision)
        if runs(id.step) {
            executions[id] = Execution(mode: .apply, phase: .waiting)
        } else {
            begin(id, in: &decision)
        }
    }

    private mutating func begin(_ id: ExecutionID, in decision: inout Decision) {
        executions[id] = Execution(mode: .apply, phase: .running(.report))
        decision.records.append(.intent(id))
        decision.effects += [.accept(id), .start(id)]
    }

    /// Cancels or forgets whatever of the same step is not finished.
    private mutating func supersedeOthers(of id: ExecutionID, in decision: inout Decision) {
        for other in siblings(of: id.step) where other != id {
            switch executions[other]?.phase {
            case .running(.report):
                executions[other]?.phase = .running(.discard)
                decision.effects.append(.cancel(other))
            case .running(.startAgain):
                executions[other]?.phase = .running(.discard)
            case .waiting:
                executions[other] = nil
                decision.effects.append(.drop(other))
            case .interrupted:
                executions[other] = nil
                decision.records.append(.removal(other))
                decision.effects.append(.drop(other))
            case .running(.discard), .finished, nil:
                break
            }
        }
    }

    private mutating func finish(
        _ id: ExecutionID,
        _ keeping: Keeping,
        in decision: inout Decision
    ) {
        guard let execution = executions[id] else { return }
        switch (execution.phase, execution.mode) {
        case (.finished, _):
            return
        case (.running(.discard), _):
            forget(id, in: &decision)
        case (.running(.startAgain), .apply):
            begin(id, in: &decision)
        case (.running(.startAgain), .check):
            executions[id]?.phase = .running(.report)
            decision.effects += [.accept(id), .start(id)]
        case (.running(.report), .check), (.waiting, .check), (.interrupted, .check):
            send(id, in: &decision)
            forget(id, in: &decision)
        case (.running(.report), .apply), (.waiting, .apply), (.interrupted, .apply):
            executions[id]?.phase = .finished(keeping)
            if keeping == .journal { decision.records.append(.result(id)) }
            send(id, in: &decision)
        }
        releaseWaiting(id.step, in: &decision)
    }

    private mutating func releaseWaiting(_ step: String, in decision: inout Decision) {
        guard !runs(step) else { return }
        for id in siblings(of: step) where executions[id]?.phase == .waiting {
            begin(id, in: &decision)
        }
    }

    private mutating func acknowledge(_ id: ExecutionID, in decision: inout Decision) {
        guard case .finished? = executions[id]?.phase else { return }
        forget(id, in: &decision)
    }

    private mutating func cancel(_ id: ExecutionID, in decision: inout Decision) {
        switch executions[id]?.phase {
        case .running(.report), .waiting, .interrupted:
            decision.effects.append(.cancel(id))
        case .running(.startAgain):
            executions[id]?.phase = .running(.discard)
        case .finished:
            send(id, in: &decision)
        case .running(.discard), nil:
            break
        }
    }

    private mutating func linkUp(in decision: inout Decision) {
        isLinked = true
        for id in executions.keys.sorted() {
            guard case .finished? = executions[id]?.phase else { continue }
            send(id, in: &decision)
        }
    }

    private mutating func linkDown(in decision: inout Decision) {
        isLinked = false
        for id in executions.keys.sorted() where executions[id]?.mode == .check {
            let wasWanted = executions[id]?.phase == .running(.report)
            executions[id]?.phase = .running(.discard)
            if wasWanted { decision.effects.append(.cancel(id)) }
        }
    }

    private func send(_ id: ExecutionID, in decision: inout Decision) {
        if isLinked { decision.effects.append(.send(id)) }
    }

    private mutating func forget(_ id: ExecutionID, in decision: inout Decision) {
        if executions[id]?.mode == .apply { decision.records.append(.removal(id)) }
        executions[id] = nil
        decision.effects.append(.drop(id))
    }

    /// The executions of one step that may change the machine, in order.
    private func siblings(of step: String) -> [ExecutionID] {
        executions.filter { $0.key.step == step && $0.value.mode == .apply }.keys.sorted()
    }

    private func runs(_ step: String) -> Bool {
        siblings(of: step).contains { id in
            if case .running? = executions[id]?.phase { return true }
            return false
        }
    }

    /// Whether a newer attempt of the same rollout is known already.
    private func isStale(_ id: ExecutionID) -> Bool {
        siblings(of: id.step).contains { id.isSuperseded(by: $0) }
    }
}
