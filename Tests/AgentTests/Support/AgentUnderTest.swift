import FoundationEssentials
import Logging
import Plan
import Protocol
import SimulatedHost
import Steps
import SwiftProtobuf

@testable import Agent

/// An agent in this process.
struct AgentUnderTest {
    private let task: Task<Void, Never>
    private let service: AgentService

    /// Starts it.
    init(_ state: AgentState, policy: AgentPolicy = .everything) throws {
        let host = try SimulatedHost(id: "kube-seoul", internet: SimulatedInternet())
        let service = try AgentService(
            state,
            host: host,
            machine: SimulatedReporter(host),
            policy: policy,
            delay: ReconnectDelay(spread: 20, cap: 100),
            logger: .silent,
            decode: Script.decode(kind:parameters:)
        )
        self.service = service
        task = Task { await service.run() }
    }

    /// Makes it look at its files, as SIGHUP does.
    func reload() {
        service.reload()
    }

    /// Ends it as SIGTERM does.
    func stop() async {
        task.cancel()
        await task.value
    }
}

/// A coordinator that listens and a folder for an agent, both gone afterwards.
func withCoordinator(
    _ body: (TestCoordinator, String) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let coordinator = try TestCoordinator()
        try await coordinator.start()
        do {
            try await body(coordinator, "\(folder)/agent")
        } catch {
            await coordinator.stop()
            throw error
        }
        await coordinator.stop()
    }
}

extension WireCoordinatorMessage {
    /// An assignment of a scripted step.
    static func assign(
        _ id: String,
        _ script: Script,
        mode: WireStepMode = .apply,
        inputs: [String: Data] = [:]
    ) -> WireCoordinatorMessage {
        .with {
            $0.assignment.executionID = id
            $0.assignment.stepID = ExecutionID(id)?.step ?? ""
            $0.assignment.kind = ScriptedStep.kind
            $0.assignment.parameters = Data(script.key.utf8)
            $0.assignment.mode = mode
            $0.assignment.inputs = inputs
            $0.assignment.timeout = 60_000
        }
    }
}

extension Recorder<WireAgentMessage> {
    /// A session's beginning.
    func hello(_ number: Int = 1) async throws -> WireHello {
        try await element(number) { if case .hello? = $0.message { true } else { false } }.hello
    }

    /// An execution's end.
    func result(_ id: String, _ number: Int = 1) async throws -> WireStepResult {
        try await element(number) { $0.result.executionID == id }.result
    }
}

/// The files of an agent's journal.
func journal(in directory: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/executions")
    return (names ?? []).sorted()
}
