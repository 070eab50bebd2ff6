import Testing

@testable import Agent

@Suite struct AssignmentStateMachineTests {
    typealias Machine = AssignmentStateMachine
    let first = id("r-00000001.b.k3s-agent.1")
    let second = id("r-00000001.b.k3s-agent.2")
    let other = id("r-00000002.b.k3s-agent.1")

    @Test func `an assignment is recorded before it is accepted and begun`() {
        var machine = Machine()
        let decision = machine.handle(.assigned(first, .apply))
        #expect(decision.records == [.intent(first)])
        #expect(decision.effects == [.accept(first), .start(first)])
        #expect(machine.executions[first]?.phase == .running(.report))
        #expect(machine.unfinished == [first])
    }

    @Test func `an assignment that runs already changes nothing`() {
        var machine = Machine(events: .assigned(first, .apply))
        let before = machine
        #expect(machine.handle(.assigned(first, .apply)) == Machine.Decision())
        #expect(machine == before)
    }

    @Test func `a result is recorded and sent, then forgotten with its receipt`() {
        var machine = Machine(events: .linkUp, .assigned(first, .apply))
        let end = machine.handle(.finished(first, .journal))
        #expect(end == Machine.Decision(records: [.result(first)], effects: [.send(first)]))
        #expect(machine.executions[first]?.phase == .finished(.journal))
        let receipt = machine.handle(.receipt(first))
        #expect(receipt == Machine.Decision(records: [.removal(first)], effects: [.drop(first)]))
        #expect(machine.executions.isEmpty)
    }

    @Test func `a finished execution that is assigned again only sends its result`() {
        var machine = Machine(
            events: .linkUp,
            .assigned(first, .apply),
            .finished(first, .journal)
        )
        let decision = machine.handle(.assigned(first, .apply))
        #expect(decision == Machine.Decision(records: [], effects: [.send(first)]))
        #expect(machine.executions[first]?.phase == .finished(.journal))
    }

    @Test func `a result without a link waits for one`() {
        var machine = Machine(events: .assigned(first, .apply))
        let end = machine.handle(.finished(first, .journal))
        #expect(end == Machine.Decision(records: [.result(first)], effects: []))
        #expect(machine.handle(.linkUp).effects == [.send(first)])
        #expect(machine.handle(.linkDown).effects == [])
        #expect(machine.handle(.linkUp).effects == [.send(first)])
    }

    @Test func `a result with secrets is never recorded, so a crash makes it unfinished`() {
        var machine = Machine(events: .linkUp, .assigned(first, .apply))
        #expect(machine.handle(.finished(first, .memory)).records == [])
        let restarted = Machine(replaying: [.intent(first)])
        #expect(restarted.unfinished == [first])
        #expect(restarted.executions[first]?.phase == .interrupted)
    }

    @Test func `an interrupted execution waits for the coordinator and then runs once more`() {
        var machine = Machine(replaying: [.intent(first)])
        #expect(machine.handle(.linkUp) == Machine.Decision())
        let decision = machine.handle(.assigned(first, .apply))
        #expect(decision.records == [.intent(first)])
        #expect(decision.effects == [.accept(first), .start(first)])
    }

    @Test func `a recorded result survives a restart and is never run again`() {
        var machine = Machine(replaying: [.intent(first), .result(first)])
        #expect(machine.unfinished.isEmpty)
        #expect(machine.handle(.linkUp).effects == [.send(first)])
        #expect(machine.handle(.assigned(first, .apply)).effects == [.send(first)])
    }

    @Test func `a newer attempt cancels the older one and begins after its end`() {
        var machine = Machine(events: .linkUp, .assigned(first, .apply))
        let decision = machine.handle(.assigned(second, .apply))
        #expect(decision == Machine.Decision(records: [], effects: [.cancel(first)]))
        #expect(machine.executions[first]?.phase == .running(.discard))
        #expect(machine.executions[second]?.phase == .waiting)
        #expect(machine.unfinished == [second])
        let end = machine.handle(.finished(first, .journal))
        #expect(end.records == [.removal(first), .intent(second)])
        #expect(end.effects == [.drop(first), .accept(second), .start(second)])
        #expect(machine.executions[second]?.phase == .running(.report))
    }

    @Test func `the same step of another rollout counts as newer`() {
        var machine = Machine(events: .assigned(second, .apply))
        #expect(machine.handle(.assigned(other, .apply)).effects == [.cancel(second)])
    }

    @Test func `an attempt older than the one that runs is ignored`() {
        var machine = Machine(events: .assigned(second, .apply))
        #expect(machine.handle(.assigned(first, .apply)) == Machine.Decision())
        #expect(machine.executions[first] == nil)
    }

    @Test func `a newer attempt forgets an interrupted older one`() {
        var machine = Machine(replaying: [.intent(first)])
        let decision = machine.handle(.assigned(second, .apply))
        #expect(decision.records == [.removal(first), .intent(second)])
        #expect(machine.executions[first] == nil)
    }

    @Test func `cancelling a running execution reports how it ended`() {
        var machine = Machine(events: .linkUp, .assigned(first, .apply))
        #expect(machine.handle(.cancelled(first)).effects == [.cancel(first)])
        #expect(machine.executions[first]?.phase == .running(.report))
        #expect(machine.handle(.finished(first, .journal)).effects == [.send(first)])
    }

    @Test func `cancelling what does not run yet reports it too`() {
        var machine = Machine(replaying: [.intent(first)])
        _ = machine.handle(.linkUp)
        #expect(machine.handle(.cancelled(first)).effects == [.cancel(first)])
        let end = machine.handle(.finished(first, .journal))
        #expect(end == Machine.Decision(records: [.result(first)], effects: [.send(first)]))
    }

    @Test func `a check leaves no record and ends with its result`() {
        var machine = Machine(events: .linkUp)
        let begin = machine.handle(.assigned(first, .check))
        #expect(begin == Machine.Decision(effects: [.accept(first), .start(first)]))
        #expect(machine.unfinished.isEmpty)
        let end = machine.handle(.finished(first, .journal))
        #expect(end == Machine.Decision(effects: [.send(first), .drop(first)]))
        #expect(machine.executions.isEmpty)
    }

    @Test func `a check ends with the link and may be asked for again`() {
        var machine = Machine(events: .linkUp, .assigned(first, .check))
        #expect(machine.handle(.linkDown).effects == [.cancel(first)])
        _ = machine.handle(.linkUp)
        #expect(machine.handle(.assigned(first, .check)) == Machine.Decision())
        #expect(machine.executions[first]?.phase == .running(.startAgain))
        let end = machine.handle(.finished(first, .journal))
        #expect(end.effects == [.accept(first), .start(first)])
        #expect(machine.handle(.finished(first, .journal)).effects == [.send(first), .drop(first)])
    }

    @Test func `a check does not disturb the step it looks at`() {
        var machine = Machine(events: .linkUp, .assigned(first, .apply))
        let check = id("d-00000001.b.k3s-agent.1")
        #expect(
            machine.handle(.assigned(check, .check)).effects == [.accept(check), .start(check)]
        )
        #expect(machine.executions[first]?.phase == .running(.report))
    }

    @Test func `words about executions that nobody knows change nothing`() {
        var machine = Machine()
        for event in [Machine.Event.receipt(first), .cancelled(first), .finished(first, .journal)] {
            #expect(machine.handle(event) == Machine.Decision())
        }
        #expect(machine == Machine())
    }
}

extension AssignmentStateMachine {
    /// The state after some events.
    init(events: Event...) {
        self.init(replaying: [])
        for event in events { _ = handle(event) }
    }
}

/// An id that is known to be well-formed.
func id(_ text: String) -> ExecutionID {
    guard let id = ExecutionID(text) else { preconditionFailure("malformed: \(text)") }
    return id
}
