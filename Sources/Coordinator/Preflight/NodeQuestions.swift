import Plan
import Protocol
import SwiftProtobuf
import Synchronization

/// Questions to agents that take a while to answer, and the answers on their way back.
final class NodeQuestions: Sendable {
    private struct Asked {
        var node: HostID
        var answer: AsyncStream<WireProbeResult>.Continuation
    }

    private struct State {
        var asked: [Int64: Asked] = [:]
        /// The probes of clocks count from 1 in each session; these never meet them.
        var last: Int64 = 1 << 32
    }

    private let state = Mutex(State())

    /// Asks a node's agent: its answer, or nothing where it is not there, goes away, or takes longer than so
    /// many milliseconds.
    func ask(
        _ node: HostID,
        _ kind: WireProbe.OneOf_Kind,
        over registry: NodeRegistry,
        within limit: Int64
    ) async -> WireProbeResult? {
        let (answers, answer) = AsyncStream.makeStream(
            of: WireProbeResult.self,
            bufferingPolicy: .bufferingOldest(1)
        )
        let number = state.withLock { state in
            state.last += 1
            state.asked[state.last] = Asked(node: node, answer: answer)
            return state.last
        }
        defer { state.withLock { $0.asked[number] = nil } }
        let probe = WireProbe.with {
            $0.number = number
            $0.kind = kind
        }
        guard registry.send(.with { $0.probe = probe }, to: node) else { return nil }
        let timer = Task {
            guard (try? await Task.sleep(for: .milliseconds(limit))) != nil else { return }
            answer.finish()
        }
        defer { timer.cancel() }
        return await answers.first { _ in true }
    }

    /// Brings an agent's answer; one that nobody waits for is forgotten.
    func deliver(_ result: WireProbeResult, from node: HostID) {
        state.withLock { state in
            guard let asked = state.asked[result.number], asked.node == node else { return }
            state.asked[result.number] = nil
            asked.answer.yield(result)
            asked.answer.finish()
        }
    }

    /// Ends the waiting for an agent that is gone.
    func forget(_ node: HostID) {
        state.withLock { state in
            for (number, asked) in state.asked where asked.node == node {
                state.asked[number] = nil
                asked.answer.finish()
            }
        }
    }
}
