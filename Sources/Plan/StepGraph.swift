/// A step's key in one rollout: `HOST.KIND` or `HOST.KIND.DETAIL`, unique within the graph.
public struct StepID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The key as text.
    public let description: String

    /// Stands for the plan itself, whose secrets are outputs that no step makes.
    public static let plan = StepID("plan")

    /// Takes the text as it is; the graph checks that it is used once.
    public init(_ text: String) {
        description = text
    }

    /// Reads the key from a string.
    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the key as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Orders by text.
    public static func < (left: StepID, right: StepID) -> Bool {
        left.description < right.description
    }
}

/// One step, as much of it as sequencing needs. What it does is opaque here.
public struct StepNode: Hashable, Sendable, Codable {
    /// The key.
    public let id: StepID
    /// The host whose agent carries it out.
    public let executor: HostID
    /// The host that it is about; a join token for B is made on server A.
    public let subject: HostID
    /// The step kind's name.
    public let kind: String
    /// A few words for people: "install K3s server v1.34.3+k3s1".
    public let title: String
    /// Steps that must have ended well before.
    public let dependsOn: [StepID]
    /// Which outputs of earlier steps it is handed, by the name under which it knows them.
    public let inputs: [String: OutputReference]
    /// Milliseconds one attempt may take.
    public let timeout: Int64

    /// Describes one step.
    public init(
        id: StepID,
        executor: HostID,
        subject: HostID,
        kind: String,
        title: String,
        dependsOn: [StepID],
        inputs: [String: OutputReference] = [:],
        timeout: Int64
    ) {
        self.id = id
        self.executor = executor
        self.subject = subject
        self.kind = kind
        self.title = title
        self.dependsOn = dependsOn
        self.inputs = inputs
        self.timeout = timeout
    }
}

/// A secret that one step hands to another. Its value is never part of a graph, record or journal.
public struct OutputReference: Hashable, Sendable, Codable {
    /// The step that makes it.
    public let step: StepID
    /// The name it gives to it.
    public let name: String

    /// Names an output.
    public init(step: StepID, name: String) {
        self.step = step
        self.name = name
    }
}

/// All steps of a rollout. An instance is complete and free of cycles: dependencies stand before
/// those that need them.
public struct StepGraph: Hashable, Sendable, Codable {
    /// The steps, in an order that a single worker could follow.
    public let steps: [StepNode]

    /// Checks the steps; they may be given in any order that puts dependencies first.
    public init(_ steps: [StepNode]) throws(StepGraphProblem) {
        var seen: Set<StepID> = []
        for step in steps {
            let inputs = step.inputs.values.map(\.step).filter { $0 != .plan }
            let needed = step.dependsOn + inputs.sorted()
            for dependency in needed where !seen.contains(dependency) {
                throw .dependencyNotBefore(step: step.id, dependency: dependency)
            }
            guard seen.insert(step.id).inserted else { throw .duplicate(step.id) }
        }
        self.steps = steps
    }
}

/// Why steps make no graph. Always a mistake of ours, never of a plan.
public enum StepGraphProblem: Error, Equatable {
    /// Two steps have one key.
    case duplicate(StepID)
    /// A step needs one that is missing or stands after it.
    case dependencyNotBefore(step: StepID, dependency: StepID)
}
