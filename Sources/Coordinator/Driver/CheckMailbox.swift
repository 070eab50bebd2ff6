import Conduct
import Plan
import Protocol
import RolloutEngine
import Synchronization

/// Answers to checks of dry runs, to questions and to errands, on their way from agents to who asked.
final class CheckMailbox: Sendable {
    private struct Expected {
        var node: HostID
        var answer: AsyncStream<StepReport>.Continuation
    }

    private let expected = Mutex<[ExecutionID: Expected]>([:])

    /// Expects one answer from one node. The stream ends with it.
    func expect(_ execution: ExecutionID, from node: HostID) -> AsyncStream<StepReport> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StepReport.self,
            bufferingPolicy: .bufferingOldest(1)
        )
        expected.withLock { $0[execution] = Expected(node: node, answer: continuation) }
        return stream
    }

    /// Brings an agent's answer; whether one was expected from it.
    func deliver(_ report: StepReport, from node: HostID) -> Bool {
        expected.withLock { expected in
            guard let waiting = expected[report.execution], waiting.node == node else {
                return false
            }
            expected[report.execution] = nil
            waiting.answer.yield(report)
            waiting.answer.finish()
            return true
        }
    }

    /// Answers in place of an agent that will not: `nil` for all that it still owes.
    func fail(_ execution: ExecutionID? = nil, of node: HostID, because problem: StepFailure) {
        expected.withLock { expected in
            for (key, waiting) in expected
            where waiting.node == node && (execution == nil || key == execution) {
                expected[key] = nil
                waiting.answer.yield(StepReport(of: key, failed: problem))
                waiting.answer.finish()
            }
        }
    }
}
