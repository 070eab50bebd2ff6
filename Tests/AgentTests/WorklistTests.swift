import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Testing

@testable import Agent

@Suite struct WorklistTests {
    let first = id("r-00000001.a.hostname.1")

    @Test func `what was assigned runs, and its result waits for a receipt`() {
        var worklist = Worklist(in: Files())
        _ = worklist.linkUp(1)
        #expect(worklist.assign(first, over: 1) == ["accepted \(first)", "start \(first)"])
        #expect(worklist.end(first) == ["result \(first)"])
        #expect(words(worklist.linkDown(1)) == [])
        #expect(words(worklist.linkUp(2)) == ["result \(first)"])
        #expect(words(worklist.acknowledge("\(first)")) == [])
        #expect(words(worklist.linkUp(3)) == [])
    }

    @Test func `an intent that cannot be written fails its execution`() {
        let files = Files()
        var worklist = Worklist(in: files)
        _ = worklist.linkUp(1)
        files.isFull.withLock { $0 = true }
        #expect(worklist.assign(first, over: 1) == ["result \(first)"])
        #expect(worklist.unreported == ["\(first)"])
    }

    @Test func `an assignment that comes late over an earlier link runs nothing twice`() {
        var worklist = Worklist(in: Files())
        _ = worklist.linkUp(1)
        _ = worklist.linkUp(2)
        _ = worklist.assign(first, over: 2)
        _ = worklist.end(first)
        _ = worklist.acknowledge("\(first)")
        #expect(worklist.assign(first, over: 1) == [])
    }

    @Test func `few of many looks run at once, and those that wait go with their link`() {
        let looks = ["x", "y", "z"].map { id("r-00000001.a.\($0).0") }
        var worklist = Worklist(in: Files(), looksAtOnce: 1)
        _ = worklist.linkUp(1)
        #expect(worklist.look(looks[0]) == ["accepted \(looks[0])", "start \(looks[0])"])
        #expect(worklist.look(looks[1]) == ["accepted \(looks[1])"])
        #expect(worklist.look(looks[2]) == ["accepted \(looks[2])"])
        // A step to be done waits for no look.
        #expect(worklist.assign(first, over: 1) == ["accepted \(first)", "start \(first)"])
        #expect(words(worklist.cancel("\(looks[1])")) == ["result \(looks[1])"])
        #expect(worklist.end(looks[0]) == ["result \(looks[0])", "start \(looks[2])"])
        _ = worklist.look(looks[1])
        #expect(words(worklist.linkDown(1)) == ["stop \(looks[2])"])
        _ = worklist.linkUp(2)
        #expect(worklist.end(looks[2]) == [])
        #expect(worklist.look(looks[1]) == ["accepted \(looks[1])", "start \(looks[1])"])
    }

    @Test func `what has no attempt is looked at and never done`() {
        var worklist = Worklist(in: Files())
        _ = worklist.linkUp(1)
        let look = id("r-00000001.a.hostname.0")
        #expect(worklist.assign(look, over: 1) == ["result \(look)"])
    }
}

/// A journal's files in memory.
private final class Files: ExecutionFiles {
    struct Full: Error {}

    let isFull = Mutex(false)
    private let files = Mutex<[String: [UInt8]]>([:])

    func names() -> [String] { files.withLock { Array($0.keys) } }
    func read(_ name: String) -> [UInt8]? { files.withLock { $0[name] } }
    func remove(_ name: String) { files.withLock { $0[name] = nil } }
    func setAside(_ name: String) { remove(name) }
    func write(_ name: String, _ bytes: [UInt8]) throws {
        if isFull.withLock({ $0 }) { throw Full() }
        files.withLock { $0[name] = bytes }
    }
}

private func words(_ actions: [Worklist.Action]) -> [String] {
    actions.map { action in
        switch action {
        case .send(let message):
            if case .accepted(let accepted) = message.message {
                "accepted \(accepted.executionID)"
            } else {
                "result \(message.result.executionID)"
            }
        case .start(let assignment): "start \(assignment.executionID)"
        case .stop(let id): "stop \(id)"
        }
    }
}

extension Worklist {
    fileprivate init(in files: Files, looksAtOnce: Int = 8) {
        self.init(
            journal: ExecutionJournal(in: files, logger: .silent),
            logger: .silent,
            looksAtOnce: looksAtOnce
        )
    }

    fileprivate mutating func assign(_ id: ExecutionID, over link: Int) -> [String] {
        assign(id, .apply, over: link)
    }

    fileprivate mutating func look(_ id: ExecutionID) -> [String] { assign(id, .check, over: 1) }

    private mutating func assign(
        _ id: ExecutionID,
        _ mode: WireStepMode,
        over link: Int
    ) -> [String] {
        let assignment = WireStepAssignment.with {
            $0.executionID = "\(id)"
            $0.stepID = id.step
            $0.mode = mode
        }
        return words(assign(assignment, over: link) { _ in nil })
    }

    fileprivate mutating func end(_ id: ExecutionID) -> [String] {
        words(
            ended(
                id,
                .with {
                    $0.executionID = "\(id)"
                    $0.unchanged = WireStepUnchanged()
                }
            )
        )
    }
}
