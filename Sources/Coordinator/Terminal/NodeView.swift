/// One node of a watched rollout.
struct NodeView: Sendable {
    /// How a node stands, the most urgent first.
    enum Standing: String, CaseIterable {
        case failed
        case retrying
        case running
        case waiting
        case skipped
        case done

        var urgency: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    let id: String
    /// Its place in the plan.
    let place: Int
    let steps: [StepView]
    /// Where it waits: the step that it waits for, its own or another node's; nothing where its turn has not
    /// come for another reason.
    let blocker: StepView?

    /// What K3s makes of it, as far as its steps tell.
    var role: String {
        if steps.contains(where: { $0.kind == "k3s-server" }) { return "server" }
        return steps.contains { $0.kind == "k3s-agent" } ? "agent" : ""
    }

    /// How many of its steps came to a good end.
    var done: Int { steps.count { $0.state.isDone } }

    /// How it stands, by its most urgent step.
    var standing: Standing {
        if steps.contains(where: { $0.state == .failed }) { return .failed }
        if steps.contains(where: { $0.state == .retrying }) { return .retrying }
        if steps.contains(where: { $0.state == .running }) { return .running }
        if steps.contains(where: { $0.state == .waiting }) { return .waiting }
        return steps.contains { $0.state == .skipped } ? .skipped : .done
    }

    /// The step that is worth showing.
    var current: StepView? {
        switch standing {
        case .failed: steps.first { $0.state == .failed }
        case .retrying: steps.first { $0.state == .retrying }
        case .running: steps.first { $0.state == .running }
        case .waiting, .skipped, .done: nil
        }
    }

    /// What a node that waits waits for, if that is another step.
    var awaited: String? { blocker.map { "\($0.node): \($0.title)" } }
}
