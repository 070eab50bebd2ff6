import Foundation
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Synchronization

@testable import Coordinator

/// Agents without a wire: each takes what the registry queues for it, answers as told, and
/// remembers what it was asked. It stands in for the session of a real one.
final class FakeAgents: Sendable {
    /// What an agent was asked to run.
    struct Asked: Sendable, Equatable {
        var node: HostID
        var execution: String
        var mode: WireStepMode
        var inputs: [String: Data]
    }

    private struct State {
        var asked: [Asked] = []
        var receipts: Set<String> = []
        var results: [String: WireStepResult] = [:]
    }

    let registry: NodeRegistry
    private let answer: @Sendable (WireStepAssignment) -> WireStepResult?
    private let report: @Sendable (WireStepResult, HostID) async -> Void
    private let state = Mutex(State())

    /// `answer` plays every step; nothing means that no answer ever comes.
    init(
        _ registry: NodeRegistry,
        answer: @escaping @Sendable (WireStepAssignment) -> WireStepResult? = FakeAgents.changed,
        report: @escaping @Sendable (WireStepResult, HostID) async -> Void
    ) {
        self.registry = registry
        self.answer = answer
        self.report = report
    }

    var asked: [Asked] { state.withLock(\.asked) }
    var receipts: Set<String> { state.withLock(\.receipts) }

    /// Connects a node's agent. It hands in again what has no receipt yet, as a real one does.
    @discardableResult
    func connect(_ node: HostID, simulated: Bool = true) -> Task<Void, Never> {
        let (queue, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        var hello = WireHello()
        hello.facts.architecture = "amd64"
        hello.facts.simulated = simulated
        hello.stepKinds = StepCatalog.kinds.map { $0.kind }
        let session = registry.connect(node, hello: hello, at: 1, outbound: outbound)
        return Task {
            for await message in queue { await take(message, node) }
            if let session { registry.disconnect(session) }
        }
    }

    private func take(_ message: WireCoordinatorMessage, _ node: HostID) async {
        switch message.message {
        case .assignment(let assignment):
            let key = assignment.executionID
            let known = state.withLock { state in
                let known = state.results[key]
                if known == nil {
                    state.asked.append(
                        Asked(
                            node: node,
                            execution: key,
                            mode: assignment.mode,
                            inputs: assignment.inputs
                        )
                    )
                }
                return known
            }
            guard let result = known ?? answer(assignment) else { return }
            state.withLock { $0.results[key] = result }
            await report(result, node)
        case .receipt(let receipt):
            state.withLock { _ = $0.receipts.insert(receipt.executionID) }
        case .welcome, .cancel, .drain, .probe, .trust, nil:
            break
        }
    }

    /// Every step changes something; a join token comes with its secret.
    static func changed(_ assignment: WireStepAssignment) -> WireStepResult {
        changed(assignment, [])
    }

    /// A step makes these changes.
    static func changed(
        _ assignment: WireStepAssignment,
        _ changes: [Change]
    ) -> WireStepResult {
        .with {
            $0.executionID = assignment.executionID
            $0.changed = .with { $0.changes = (try? JSONEncoder().encode(changes)) ?? Data() }
            if assignment.kind == "k3s-join-token" {
                $0.outputs = ["token": Data("K10-of-\(assignment.stepID)".utf8)]
            }
        }
    }

    /// No step has anything to do.
    static func unchanged(_ assignment: WireStepAssignment) -> WireStepResult {
        .with {
            $0.executionID = assignment.executionID
            $0.unchanged = WireStepUnchanged()
            if assignment.kind == "k3s-join-token" {
                $0.outputs = ["token": Data("K10".utf8)]
            }
        }
    }

    /// The step fails.
    static func failed(
        _ assignment: WireStepAssignment,
        _ message: String,
        permanent: Bool = false
    ) -> WireStepResult {
        .with {
            $0.executionID = assignment.executionID
            $0.failed = .with {
                $0.message = message
                $0.permanent = permanent
            }
        }
    }
}
