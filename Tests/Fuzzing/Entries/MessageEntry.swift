import FoundationEssentials
import Plan
import Protocol
import Steps
import SwiftProtobuf

@testable import Agent

/// Messages as the wire brings them: the first byte says which, the rest is its encoding.
enum MessageEntry {
    private static let readers: [@Sendable ([UInt8]) -> Void] = [
        { read(WireAgentMessage.self, $0, agent) },
        { read(WireCoordinatorMessage.self, $0, coordinator) },
        { read(WireEnrollRequest.self, $0) { _ in } },
        { read(WireEnrollResponse.self, $0) { _ in } },
        { read(WireRenewRequest.self, $0) { _ in } },
        { read(WireRenewResponse.self, $0) { _ in } },
        { read(WireFetchArtifactRequest.self, $0) { _ in } },
        { read(WireArtifactChunk.self, $0) { _ in } },
        { read(WireStartRolloutRequest.self, $0) { _ in } },
        { read(WireRolloutEvent.self, $0) { _ in } },
        { read(WireCreateTokenRequest.self, $0) { _ in } },
        { read(WireListNodesResponse.self, $0) { _ in } },
    ]

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        readers[Int(first) % readers.count](Array(bytes.dropFirst()))
    }

    /// What was read can be written, and is read as the same again.
    private static func read<M: SwiftProtobuf.Message>(
        _ type: M.Type,
        _ bytes: [UInt8],
        _ use: (M) -> Void
    ) {
        guard let message = try? M(serializedBytes: bytes) else { return }
        use(message)
        guard let encoded: [UInt8] = try? message.serializedBytes() else { return }
        precondition((try? M(serializedBytes: encoded)) != nil)
    }

    private static func agent(_ message: WireAgentMessage) {
        switch message.message {
        case .result(let result):
            identify(result.executionID)
            if case .changed(let changed)? = result.outcome {
                _ = try? JSONDecoder().decode([Change].self, from: changed.changes)
            }
        case .output(let output):
            identify(output.executionID)
            precondition(OneLine.clip(output.line, limit: 100).utf8.count <= 200)
        default: break
        }
    }

    private static func coordinator(_ message: WireCoordinatorMessage) {
        guard case .assignment(let assignment)? = message.message else { return }
        identify(assignment.executionID)
        _ = try? StepCatalog.decode(
            kind: assignment.kind,
            parameters: Array(assignment.parameters)
        )
    }

    private static func identify(_ text: String) {
        guard let id = ExecutionID(text) else { return }
        precondition(id.description == text && id.attempt >= 0)
        precondition(!id.isSuperseded(by: id))
    }
}
