package import Foundation
package import Plan
package import Protocol
package import RolloutEngine
package import Steps
import SwiftProtobuf

/// Everything a rollout was resolved to when it began, so that a resumed one does the same even if
/// releases, files or this program have changed since.
package struct FrozenRollout: Sendable, Equatable, Codable {
    /// What is done, in which order.
    package var graph: StepGraph
    /// How each step is spelled for its agent.
    package var steps: [String: FrozenStep]
    /// The bounds it keeps.
    package var limits: RolloutLimits
    /// What was placed and applied.
    package var artifacts: ResolvedArtifacts

    /// Hosts of earlier plans that the plan has no more; nothing in rollouts of earlier releases.
    package var departed: [DepartedHost]?
    /// What the plan asks for that the last one did not, in one sentence; nothing where it is the same.
    package var news: String?

    /// A host that is left as it is.
    package struct DepartedHost: Sendable, Equatable, Codable {
        /// Its id in the earlier plan.
        package var id: HostID
        /// What its node is called in the cluster.
        package var hostname: String
        /// Whether it is a server there.
        package var isServer: Bool

        /// Names a host.
        package init(id: HostID, hostname: String, isServer: Bool) {
            self.id = id
            self.hostname = hostname
            self.isServer = isServer
        }
    }

    /// A step as it goes over the wire.
    package struct FrozenStep: Sendable, Equatable, Codable {
        /// The kind's name.
        package var kind: String
        /// The kind's JSON; never a secret.
        package var parameters: String

        /// Spells a step.
        package init(kind: String, parameters: String) {
            self.kind = kind
            self.parameters = parameters
        }
    }

    /// Reads what `encoded` wrote.
    package init(encoded data: Data) throws {
        self = try JSONDecoder().decode(FrozenRollout.self, from: data)
    }

    /// Takes steps that are spelled out already.
    package init(
        graph: StepGraph,
        steps: [String: FrozenStep],
        limits: RolloutLimits,
        artifacts: ResolvedArtifacts
    ) {
        self.graph = graph
        self.steps = steps
        self.limits = limits
        self.artifacts = artifacts
    }

    /// Spells every step out.
    package init(
        graph: StepGraph,
        steps: [PlannedStep],
        limits: RolloutLimits,
        artifacts: ResolvedArtifacts
    ) throws {
        self.graph = graph
        self.limits = limits
        self.artifacts = artifacts
        self.steps = [:]
        for planned in steps {
            self.steps[planned.node.id.description] = FrozenStep(
                kind: planned.node.kind,
                parameters: String(decoding: try StepCatalog.encode(planned.step), as: UTF8.self)
            )
        }
    }

    /// JSON.
    package func encoded() throws -> Data {
        try JSONEncoder().encode(self)
    }

    /// The step itself; nothing where there is none, or this release cannot read it.
    package func step(_ id: StepID) -> (any Step)? {
        guard let frozen = steps[id.description] else { return nil }
        return try? StepCatalog.decode(kind: frozen.kind, parameters: Array(frozen.parameters.utf8))
    }

    /// What an agent is told; nothing where there is no such step.
    package func assignment(
        of step: StepID,
        execution: String,
        mode: WireStepMode,
        timeout: Int64,
        inputs: [String: Secret] = [:]
    ) -> WireStepAssignment? {
        guard let frozen = steps[step.description] else { return nil }
        return .with {
            $0.executionID = execution
            $0.stepID = step.description
            $0.kind = frozen.kind
            $0.parameters = Data(frozen.parameters.utf8)
            $0.inputs = inputs.mapValues { Data($0.reveal()) }
            $0.mode = mode
            $0.timeout = timeout
        }
    }
}
