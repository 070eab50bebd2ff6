import Testing

@testable import Agent

/// Random lives of an agent, with a crash after any record of any decision.
@Suite struct CrashEverywhereTests {
    typealias Machine = AssignmentStateMachine
    static let applied = [
        "r-00000001.a.hostname.1", "r-00000001.a.hostname.2", "r-00000002.a.hostname.1",
        "r-00000001.b.k3s-join-token.1",
    ].map(id)
    static let checked = ["d-00000001.a.hostname.1", "d-00000001.b.k3s-join-token.1"].map(id)

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a journal cut anywhere loses no result and runs nothing twice`(seed: UInt64) {
        var life = Life(seed: seed)
        for _ in 0..<120 {
            life.step()
            #expect(life.journal == life.machine.durable, "seed \(seed)")
            #expect(life.overlaps.isEmpty, "seed \(seed)")
            #expect(life.repetitions.isEmpty, "seed \(seed)")
        }
    }
}

/// A machine, the journal as the disk has it, and what the outside world saw.
private struct Life {
    var machine = AssignmentStateMachine()
    /// Whether each execution on the disk has a result.
    var journal: [ExecutionID: Bool] = [:]
    /// Started and not ended, as the tasks of the process.
    var running: Set<ExecutionID> = []
    /// Started although its result was durable and without a receipt.
    var repetitions: [ExecutionID] = []
    /// Ran beside another one of its step.
    var overlaps: [ExecutionID] = []
    var generator: SplitMix

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
    }

    mutating func step() {
        let crash = Int.random(in: 0..<8, using: &generator) == 0
        let decision = machine.handle(event())
        let kept = crash ? Int.random(in: 0...decision.records.count, using: &generator) : .max
        for record in decision.records.prefix(kept) { write(record) }
        if crash {
            running = []
            let records = journal.keys.sorted().flatMap { id in
                journal[id] == true ? [.intent(id), .result(id)] : [Machine.Record.intent(id)]
            }
            machine = AssignmentStateMachine(replaying: records)
        } else {
            for effect in decision.effects { perform(effect) }
        }
    }

    private typealias Machine = AssignmentStateMachine

    private mutating func event() -> Machine.Event {
        let all = CrashEverywhereTests.applied + CrashEverywhereTests.checked
        let any = all[Int.random(in: 0..<all.count, using: &generator)]
        let mode: Machine.Mode = CrashEverywhereTests.checked.contains(any) ? .check : .apply
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...2: return .assigned(any, mode)
        case 3...4:
            guard let ended = running.sorted().randomElement(using: &generator) else {
                return .linkUp
            }
            running.remove(ended)
            return .finished(ended, Bool.random(using: &generator) ? .journal : .memory)
        case 5: return .receipt(any)
        case 6: return .cancelled(any)
        default: return Bool.random(using: &generator) ? .linkUp : .linkDown
        }
    }

    private mutating func write(_ record: Machine.Record) {
        switch record {
        case .intent(let id): journal[id] = false
        case .result(let id): journal[id] = true
        case .removal(let id): journal[id] = nil
        }
    }

    private mutating func perform(_ effect: Machine.Effect) {
        switch effect {
        case .start(let id):
            if journal[id] == true { repetitions.append(id) }
            let siblings = running.filter { $0.step == id.step && $0.rollout.hasPrefix("r") }
            if id.rollout.hasPrefix("r"), !siblings.isEmpty { overlaps.append(id) }
            running.insert(id)
        case .cancel(let id) where !running.contains(id):
            let decision = machine.handle(.finished(id, .journal))
            for record in decision.records { write(record) }
            for effect in decision.effects { perform(effect) }
        case .accept, .cancel, .send, .drop:
            break
        }
    }
}

extension AssignmentStateMachine {
    /// What the journal must hold for the state to be found again: whether each has a result.
    fileprivate var durable: [ExecutionID: Bool] {
        executions.filter { $0.value.mode == .apply && $0.value.phase != .waiting }
            .mapValues { $0.phase == .finished(.journal) }
    }
}

/// A small generator, so that a seed names one life.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
