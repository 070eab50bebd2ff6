public import Plan

/// Waits until nodes are Ready and Kilo counts them to its mesh. Runs on the server. Changes nothing.
public struct AwaitNodes: Step {
    /// `nodes-ready`.
    public static let kind = "nodes-ready"

    /// The nodes that have to be there.
    public var nodes: [ExpectedNode]

    /// Names the nodes.
    public init(nodes: [ExpectedNode]) {
        self.nodes = nodes
    }

    /// `wait until NODE is Ready`.
    public var title: String {
        "wait until \(nodes.map(\.name).joined(separator: ", ")) "
            + (nodes.count == 1 ? "is Ready and in the mesh" : "are Ready and in the mesh")
    }

    /// It only looks.
    public var disruption: Disruption { .none }

    /// Looks once at every node.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let missing = try await missing(context)
        guard !missing.isEmpty else { return .satisfied }
        return .changes(
            missing.map { .setting(name: "node \($0.node)", before: $0.what, after: "Ready") }
        )
    }

    /// Waits; at the deadline says for every node what it lacks first.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let deadline = Deadline(context)
        var last: [MissingPiece] = []
        let done: Bool? = try await context.poll(every: 2000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            let missing = try await missing(context)
            if missing != last {
                for piece in missing { context.report("\(piece.node): \(piece.what)") }
            }
            last = missing
            return missing.isEmpty ? true : nil
        }
        guard done == nil else { return [:] }
        throw StepFailure(
            "not in the mesh after \(deadline.description): "
                + last.map(\.node).joined(separator: ", "),
            details: last.map { "\($0.node): \($0.what)" },
            remedy: last.first?.remedy ?? ""
        )
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private func missing(_ context: StepContext) async throws(StepFailure) -> [MissingPiece] {
        let clock = try await context.require(Command(["date", "+%s"])).standardOutput
        guard let now = Int64(clock.filter { $0.isNumber }) else {
            throw StepFailure("`date +%s` printed no number")
        }
        // One by one: all nodes of a large cluster would not fit into one answer.
        var missing: [MissingPiece] = []
        for expected in nodes {
            let node = try await Kubectl(context).node(expected.name)
            if let piece = expected.firstMissing(in: node, now: now) { missing.append(piece) }
        }
        return missing
    }
}

/// A node as it has to be once it is in the mesh.
public struct ExpectedNode: Sendable, Equatable, Codable {
    /// Its name.
    public var name: String
    /// `ADDRESS:PORT` that Kilo has to announce; nothing where the node is behind NAT, so that its
    /// endpoint is discovered.
    public var endpoint: String?

    /// Names a node.
    public init(name: String, endpoint: String? = nil) {
        self.name = name
        self.endpoint = endpoint
    }
}
