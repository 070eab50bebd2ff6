import FoundationEssentials
import Plan
import Protocol
import Steps
import SwiftProtobuf

/// How a step's end looks on the wire, held to bounds.
enum StepMessages {
    /// The most bytes of changes that are sent; a result must fit into one message.
    static let changesLimit = 2 * 1024 * 1024
    /// The most lines of a failure's details.
    static let detailsLimit = 50

    /// The message about an execution's end.
    static func result(_ id: String, _ outcome: StepOutcome) -> WireStepResult {
        var result = WireStepResult()
        result.executionID = id
        switch outcome {
        case .unchanged(let outputs):
            result.unchanged = WireStepUnchanged()
            result.outputs = bytes(outputs)
        case .changed(let changes, let outputs):
            result.changed = WireStepChanged.with { $0.changes = encode(changes) }
            result.outputs = bytes(outputs)
        case .failed(let failure):
            result.failed = message(failure)
        }
        return result
    }

    /// The message about an execution that failed before its step could.
    static func failed(_ id: String, _ failure: StepFailure) -> WireStepResult {
        result(id, .failed(failure))
    }

    /// An output line.
    static func output(_ id: String, _ line: String) -> WireAgentMessage {
        .with {
            $0.output.executionID = id
            $0.output.line = line
        }
    }

    private static func message(_ failure: StepFailure) -> WireStepFailed {
        .with {
            $0.message = OneLine.clip(failure.message, limit: 2000)
            $0.details = failure.details.suffix(detailsLimit).map { OneLine.clip($0) }
            $0.remedy = OneLine.clip(failure.remedy, limit: 2000)
            $0.permanent = failure.isPermanent
            $0.refused = failure.isRefusal
        }
    }

    private static func encode(_ changes: [Change]) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let summary = Change.setting(
            name: "changes",
            before: "",
            after: "\(changes.count), too long to be sent"
        )
        for candidate in [changes, [summary]] {
            if let data = try? encoder.encode(candidate), data.count <= changesLimit { return data }
        }
        return Data("[]".utf8)
    }

    private static func bytes(_ outputs: StepOutputs) -> [String: Data] {
        outputs.mapValues { Data($0.reveal()) }
    }
}
